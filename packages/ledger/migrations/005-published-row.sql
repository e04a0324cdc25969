-- The one row of etl_published; 0 means that nothing has been published. A row that is there keeps its value.
INSERT IGNORE INTO etl_published (id, seq) VALUES (1, 0);
