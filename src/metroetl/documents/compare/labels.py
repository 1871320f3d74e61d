"""What a person calls what changed: Chinese first, English beside."""

from __future__ import annotations

from typing import NamedTuple


class Label(NamedTuple):
    """Name in Chinese and English."""

    zh: str
    en: str

    def __str__(self) -> str:
        return f"{self.zh} {self.en}"


FIELDS = {
    "title": Label("标题", "title"),
    "publisher": Label("发布机构", "publisher"),
    "doc_number": Label("发文字号", "document number"),
    "index_number": Label("索引号", "index number"),
    "issue": Label("期号", "issue"),
    "issue_total": Label("总期号", "issue in all"),
    "published_on": Label("发布日期", "published on"),
    "written_on": Label("成文日期", "written on"),
    "effective_on": Label("施行日期", "effective on"),
    "region_code": Label("地区", "region"),
    "access": Label("公开范围", "access"),
    "media_type": Label("文件类型", "media type"),
    "caption": Label("表题", "caption"),
    "unit": Label("单位", "unit"),
}
TEXTS = {
    "changed": Label("修改", "changed"),
    "added": Label("新增", "added"),
    "removed": Label("删除", "removed"),
    "moved": Label("移动", "moved"),
}
TABLES = TEXTS
FILES = {
    "added": Label("新增", "added"),
    "removed": Label("移除", "removed"),
    "replaced": Label("替换", "replaced"),
    "moved": Label("换址", "moved, same bytes"),
    "renamed": Label("改名", "renamed"),
}
COUNTS = {
    "fields": Label("信息", "facts"),
    "texts_changed": Label("修改段落", "paragraphs changed"),
    "texts_added": Label("新增段落", "paragraphs added"),
    "texts_removed": Label("删除段落", "paragraphs removed"),
    "texts_moved": Label("移动段落", "paragraphs moved"),
    "numbers": Label("正文数字", "numbers in the text"),
    "tables": Label("表格", "tables"),
    "cells": Label("单元格", "cells"),
    "files": Label("附件", "files"),
}
NO_CHANGE = Label("内容未变", "nothing changed in what it says")
REARRANGED = Label("仅段落与表格的次序有变", "the same pieces in another order")
