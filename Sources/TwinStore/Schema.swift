import GRDB

/// The store's tables, by version.
enum Schema {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1") { db in
            // `row` is the whole row as JSON; the columns beside it are for people with the sqlite3 shell.
            try db.execute(
                sql: """
                    CREATE TABLE run (
                        site TEXT NOT NULL, run TEXT NOT NULL, start_ms INTEGER NOT NULL, config TEXT NOT NULL,
                        build TEXT NOT NULL, facts BLOB
                    ) STRICT;
                    CREATE TABLE period (
                        start_ms INTEGER PRIMARY KEY, import_ws INTEGER NOT NULL, gas_ws INTEGER NOT NULL,
                        vehicles INTEGER NOT NULL, row BLOB NOT NULL
                    ) STRICT;
                    CREATE TABLE restatement (
                        period_ms INTEGER NOT NULL, tick INTEGER NOT NULL, at_ms INTEGER NOT NULL, deltas BLOB NOT NULL
                    ) STRICT;
                    CREATE TABLE alarm (at_ms INTEGER NOT NULL, path TEXT NOT NULL, raised INTEGER NOT NULL) STRICT;
                    CREATE TABLE command (
                        tick INTEGER NOT NULL, n INTEGER NOT NULL, ts_ms INTEGER NOT NULL, asset TEXT NOT NULL,
                        power_kw REAL NOT NULL, reason TEXT NOT NULL, fate TEXT, PRIMARY KEY (tick, n)
                    ) STRICT, WITHOUT ROWID;
                    CREATE TABLE checkpoint (
                        id INTEGER PRIMARY KEY CHECK (id = 1), build TEXT NOT NULL, data BLOB NOT NULL,
                        segment TEXT NOT NULL, offset INTEGER NOT NULL, tick INTEGER NOT NULL, chain TEXT NOT NULL
                    ) STRICT;
                    """)
        }
        // Commands for more than storage: an action, and the whole path in `asset`.
        migrator.registerMigration("2") { db in
            try db.execute(
                sql: """
                    ALTER TABLE command RENAME COLUMN power_kw TO value_kw;
                    ALTER TABLE command ADD COLUMN action TEXT NOT NULL DEFAULT 'set_power';
                    UPDATE command SET asset = 'storage/' || asset;
                    """)
        }
        // Set-points that are no powers; rows tell vehicles by model, older ones name none.
        migrator.registerMigration("3") { db in
            try db.execute(
                sql: """
                    ALTER TABLE command RENAME COLUMN value_kw TO value;
                    UPDATE period SET row = CAST(json_set(CAST(row AS TEXT), '$.vehiclesByModel', json('{}')) AS BLOB);
                    """)
        }
        // Rows count the accepted messages: what was neither rejected nor a duplicate.
        migrator.registerMigration("4") { db in
            try db.execute(
                sql: """
                    UPDATE period SET row = (
                        SELECT CAST(json_set(text, '$.counts.accepted',
                            text ->> '$.counts.messages' - text ->> '$.counts.duplicates' - (
                                SELECT coalesce(sum(value), 0) FROM json_each(text, '$.counts.rejected')
                                WHERE type = 'integer')) AS BLOB)
                        FROM (SELECT CAST(row AS TEXT) AS text))
                    """)
        }
        return migrator
    }
}
