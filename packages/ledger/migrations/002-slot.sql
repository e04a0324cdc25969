-- One run works at a time: the table has one row, with the seq of the run that may work.
CREATE TABLE IF NOT EXISTS etl_slot (id TINYINT NOT NULL PRIMARY KEY, seq BIGINT NULL) ENGINE=InnoDB;
