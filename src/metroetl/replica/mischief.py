"""What comes in place of a page: the bodies of challenges, refusals and pages that are gone."""

from __future__ import annotations

RUISHU_SCRIPT = """<meta id="9DhefwqGPrzGxEp9hPaoag" content="3N1ZV.replica.MVSmU2jFVQ" r="m">
<script type="text/javascript" r='m'>$_ts=window['$_ts'];if(!$_ts)$_ts={};$_ts.nsd=59352;$_ts.cd="qWNqrfAlErLcDsZk";</script>
<script type="text/javascript" charset="utf-8" src="/TZ4rkQ/8f2a.replica.js" r='m'></script>"""

RUISHU = f"""<!DOCTYPE html><html><head><meta charset="utf-8">
{RUISHU_SCRIPT}
</head><body></body></html>"""

JIASULE = """<script>document.cookie=('__jsl_clearance_s=')+('1700000000.000')+('|-1|')+('replica;Max-Age=3600;path=/');
location.href=location.pathname+location.search</script>"""

WZWS = """<html><head><meta charset="utf-8"><title>403</title></head><body>
<p>Request denied. reason: UrlACL</p><p>Client IP: 203.0.113.7</p><p>eventID: replica-0001</p></body></html>"""

FORBIDDEN = """<html>\r
<head><title>403 Forbidden</title></head>\r
<body>\r
<center><h1>403 Forbidden</h1></center>\r
<hr><center>openresty</center>\r
</body>\r
</html>\r
"""

SOFT_404 = """<!DOCTYPE html><html><head><meta charset="utf-8"><title>提示信息</title></head><body>
<div class="tip"><p>您访问的页面不存在或已删除</p><p><a href="/">返回首页</a></p></div></body></html>"""

NOT_FOUND = """<html><head><title>404 Not Found</title></head><body><center><h1>404 Not Found</h1></center></body></html>"""

JIASULE_AGAIN = """<html><head><meta charset="utf-8"></head><body><script>
var _0x={"bts":["1700000000.000|0|","replica"],"chars":"","ct":"","ha":"sha1","tn":"__jsl_clearance_s","vt":"3600","wt":"1500"};
</script></body></html>"""

SLIDER = """<!DOCTYPE html><html><head><meta charset="utf-8"><title>安全验证</title>
<script src="/wzwschallenge/slider.js"></script></head><body><div id="slider">请向右拖动滑块完成验证</div></body></html>"""

GEO = WZWS.replace("UrlACL", "GeoBL")

APOLOGY = """<!DOCTYPE html><html><head><meta charset="utf-8"><title>系统提示</title></head><body>
<div class="msg">系统繁忙，数据加载失败，请稍后再试。</div></body></html>"""
