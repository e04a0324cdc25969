-- While held_at is set, no run replaces what is published, but for one that publishes a kept version again. In the row of the fence, so that
-- one lock orders holding and publishing.
-- unless: SELECT 1 FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = 'etl_published' AND column_name = 'held_at'
ALTER TABLE etl_published ADD COLUMN held_by VARCHAR(255) CHARACTER SET utf8mb4 NULL, ADD COLUMN held_at DATETIME(3) NULL;
