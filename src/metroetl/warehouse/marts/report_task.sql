-- Tasks and items of the lists for reports (三张清单), in Chinese words.
SELECT
  t.list_year,
  CASE t.kind
    WHEN 'task' THEN '任务' WHEN 'project' THEN '项目' WHEN 'matter' THEN '事项' WHEN 'meeting' THEN '会议活动' ELSE '案例'
  END AS kind_zh,
  t.number,
  t.name,
  t.field,
  t.under,
  t.quarter,
  t.due,
  t.due_to AS period_end,
  t.deadline,
  t.lead,
  t.responsible,
  t.cooperating,
  CASE t.state
    WHEN 'done' THEN '完成' WHEN 'on_time' THEN '按期' WHEN 'behind' THEN '滞后' WHEN 'not_started' THEN '未启动' ELSE '无进展报告'
  END AS state_zh,
  t.percent,
  t.progress,
  t.progress_on,
  CASE t.overdue WHEN 1 THEN '逾期' WHEN 0 THEN '未逾期' END AS overdue_zh,
  t.document_title,
  t.publisher,
  t.published_on,
  t.url,
  t.access
FROM mart_task_progress AS t
