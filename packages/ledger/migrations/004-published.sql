-- The fence: the seq of the run that the target shows. It is in the database of the target, so that one transaction covers both.
CREATE TABLE IF NOT EXISTS etl_published (
  id TINYINT NOT NULL PRIMARY KEY,
  seq BIGINT NOT NULL,
  run_id VARCHAR(64) CHARACTER SET ascii NULL,
  published_at DATETIME(3) NULL
) ENGINE=InnoDB;
