-- Works that stand at several addresses: the first published document, its republications, and who forwards it whole.
SELECT
  r.work_id,
  w.title AS work_title,
  r.role,
  r.document_id,
  d.document_key,
  d.version AS document_version,
  d.source_id,
  d.publisher,
  d.url,
  d.title,
  d.doc_number,
  d.published_on,
  r.basis,
  r.score,
  r.tied_at
FROM core_republication AS r
JOIN core_document AS d ON d.document_id = r.document_id
JOIN core_document AS w ON w.document_id = r.work_id
