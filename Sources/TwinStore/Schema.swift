import GRDB

/// The store's tables: rows and columns for programs and for people with the sqlite3 shell.
///
/// Times are ms since 1970 UTC, energies whole watt-seconds (1 kWh is 3,600,000), `measured_ms` and `estimated_ms` how
/// much of the half hour readings cover and models fill. Runs do not overlap, so `start_ms` names a half hour of one
/// run. What is zero throughout has no row.
enum Schema {
    /// `twin` in ASCII, at its place in the file's head.
    static let applicationID: Int32 = 0x7477_696E
    static let version: Int32 = 5
    /// A store of an older version is brought to this one when it is opened.
    static let oldest: Int32 = 2

    /// Small enough that an alarm costs little, large enough for an hour of a signal.
    static let pageSize = 4096

    static func create(_ db: Database) throws {
        try db.execute(sql: tables + proof + vehicleEvents + dispatch + views)
        try db.execute(sql: "PRAGMA application_id = \(applicationID)")
        try setVersion(db)
    }

    /// Adds the tables and columns that stores of older versions do not have.
    static func complete(_ db: Database) throws {
        if try !db.columns(in: "alarm").contains(where: { $0.name == "cause" }) {
            try db.execute(sql: "ALTER TABLE alarm ADD COLUMN cause TEXT")
        }
        for column in ["proof", "meters_proof"] {
            try db.execute(sql: "ALTER TABLE period ADD COLUMN \(column) INTEGER")
        }
        try db.execute(sql: proof)
    }

    /// Adds what stores up to version 3 do not have.
    static func addVehicleEvents(_ db: Database) throws { try db.execute(sql: vehicleEvents) }

    /// Adds what stores up to version 4 do not have.
    static func addDispatch(_ db: Database) throws { try db.execute(sql: dispatch) }

    static func setVersion(_ db: Database) throws { try db.execute(sql: "PRAGMA user_version = \(version)") }

    private static let vehicleEvents = """
        CREATE TABLE IF NOT EXISTS vehicle_event (
            -- What else lines and shops told of vehicles: enter, leave, scrap, rework, and line_off once more.
            run INTEGER NOT NULL, ts_ms INTEGER NOT NULL, vehicle TEXT NOT NULL, line TEXT NOT NULL, event TEXT NOT NULL,
            model TEXT, modelled INTEGER NOT NULL, PRIMARY KEY (run, ts_ms, vehicle, line, event)
        ) STRICT, WITHOUT ROWID;

        """

    private static let dispatch = """
        CREATE TABLE IF NOT EXISTS dispatch_saving (
            -- What dispatch saved in a half hour; none where nothing was ever commanded. Millionths: mg of CO2e by the year's
            -- factor and by the half hour's, and of the currency. `level`: what stores and cars keep for later; `missed`:
            -- what the models miss of the meters; `doubted`: the share of what was saved that no meter tells of.
            start_ms INTEGER PRIMARY KEY,
            saved_annual INTEGER NOT NULL, saved_half_hourly INTEGER NOT NULL, saved_money INTEGER NOT NULL,
            level_annual INTEGER NOT NULL, level_half_hourly INTEGER NOT NULL, level_money INTEGER NOT NULL,
            missed_annual INTEGER NOT NULL, missed_half_hourly INTEGER NOT NULL, missed_money INTEGER NOT NULL,
            doubted_annual INTEGER NOT NULL, doubted_half_hourly INTEGER NOT NULL, doubted_money INTEGER NOT NULL,
            counted_ms INTEGER NOT NULL, left_out_ms INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE IF NOT EXISTS grid_request (
            -- What was asked of the exchange with the grid, by its number in the run, and what the meter said of it.
            run INTEGER NOT NULL, number INTEGER NOT NULL, heard_ms INTEGER NOT NULL, request TEXT NOT NULL,
            from_ms INTEGER NOT NULL, until_ms INTEGER NOT NULL, import_max_kw REAL NOT NULL, pay_per_mwh REAL,
            baseline_kw REAL, planned INTEGER NOT NULL, measured_s REAL NOT NULL, kept_s REAL NOT NULL,
            idle_s REAL NOT NULL, net_kwh REAL NOT NULL, over_kwh REAL NOT NULL, over_max_kw REAL NOT NULL,
            PRIMARY KEY (run, number)
        ) STRICT, WITHOUT ROWID;

        """

    private static let proof = """
        CREATE TABLE proof (
            -- Checksums: `sum` over the `n` rows of the table `part` that are of one run, signal or configuration
            -- (`owner`) and one day (since 1970, UTC; 0 where rows have no time).
            part TEXT NOT NULL, owner INTEGER NOT NULL, day INTEGER NOT NULL, n INTEGER NOT NULL, sum INTEGER NOT NULL,
            PRIMARY KEY (part, owner, day)
        ) STRICT, WITHOUT ROWID;

        """

    private static let tables = """
        CREATE TABLE run (
            id INTEGER PRIMARY KEY, run TEXT NOT NULL, site TEXT NOT NULL, start_ms INTEGER NOT NULL,
            build TEXT NOT NULL, -- that wrote last
            step_s INTEGER, mode TEXT, loop TEXT, wall_s REAL, -- empty before the first mark
            expectations_passed INTEGER, expectations_failed INTEGER,
            UNIQUE (run, start_ms) -- recordings may share a name
        ) STRICT;

        -- Configurations that were in force, their files and the meters of their chart of accounts.
        CREATE TABLE configuration (id INTEGER PRIMARY KEY, hash TEXT NOT NULL UNIQUE) STRICT;
        CREATE TABLE configuration_file (
            configuration INTEGER NOT NULL, name TEXT NOT NULL, bytes BLOB NOT NULL, PRIMARY KEY (configuration, name)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE configuration_meter (
            configuration INTEGER NOT NULL, line INTEGER NOT NULL, meter INTEGER NOT NULL,
            PRIMARY KEY (configuration, line)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE in_force (
            run INTEGER NOT NULL, tick INTEGER NOT NULL, from_ms INTEGER NOT NULL, configuration INTEGER NOT NULL,
            PRIMARY KEY (run, tick)
        ) STRICT, WITHOUT ROWID;

        -- The books.
        CREATE TABLE account (id INTEGER PRIMARY KEY, account TEXT NOT NULL UNIQUE) STRICT;
        CREATE TABLE meter (
            id INTEGER PRIMARY KEY, account TEXT NOT NULL, area TEXT NOT NULL, asset TEXT NOT NULL,
            UNIQUE (account, area, asset)
        ) STRICT;
        CREATE TABLE period (
            start_ms INTEGER PRIMARY KEY, run INTEGER NOT NULL, configuration INTEGER NOT NULL,
            stepped_ms INTEGER NOT NULL, stepped_from_ms INTEGER, stepped_to_ms INTEGER,
            vehicles INTEGER NOT NULL, vehicles_modelled INTEGER NOT NULL,
            heating_k_ms INTEGER NOT NULL, -- degrees below the heating base x ms
            production_day_ms INTEGER NOT NULL, intensity_ug_per_kwh INTEGER,
            messages INTEGER NOT NULL, accepted INTEGER NOT NULL, readings INTEGER NOT NULL,
            duplicates INTEGER NOT NULL, late INTEGER NOT NULL, shed INTEGER NOT NULL,
            commands_issued INTEGER NOT NULL, commands_accepted INTEGER NOT NULL, commands_rejected INTEGER NOT NULL,
            commands_expired INTEGER NOT NULL,
            chain TEXT NOT NULL, -- digest after the last tick
            proof INTEGER, meters_proof INTEGER -- checksums of the half hour in all tables, and of its postings
        ) STRICT;
        CREATE TABLE posting (
            -- What each meter counted.
            start_ms INTEGER NOT NULL, meter INTEGER NOT NULL,
            ws INTEGER NOT NULL, measured_ms INTEGER NOT NULL, estimated_ms INTEGER NOT NULL,
            quality TEXT GENERATED ALWAYS AS (CASE WHEN measured_ms = 0 AND estimated_ms = 0 THEN 'missing'
                WHEN estimated_ms = 0 THEN 'measured' WHEN measured_ms = 0 THEN 'estimated' ELSE 'mixed' END) VIRTUAL,
            PRIMARY KEY (start_ms, meter)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE account_total (
            -- What each account came to: its meters' sum, or what follows from the others (losses, unmetered, heat demand,
            -- a grid without a meter). Sum these or postings, never both.
            start_ms INTEGER NOT NULL, account INTEGER NOT NULL,
            ws INTEGER NOT NULL, measured_ms INTEGER NOT NULL, estimated_ms INTEGER NOT NULL,
            PRIMARY KEY (start_ms, account)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE vehicle_count (
            -- By model.
            start_ms INTEGER NOT NULL, name TEXT NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (start_ms, name)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE rejection (
            -- By reason.
            start_ms INTEGER NOT NULL, name TEXT NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (start_ms, name)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE lost_value (
            -- Values of used messages that are none: signal and reason. Copies that a broker kept: source and "retained".
            -- ms in which a long-term mean stood in: signal and "stand_in".
            -- Wh by which a line may be wrong: account, asset and "contradicted"; "vehicles": a number of them.
            start_ms INTEGER NOT NULL, name TEXT NOT NULL, reason TEXT NOT NULL, n INTEGER NOT NULL,
            PRIMARY KEY (start_ms, name, reason)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE alarm_count (
            -- By code.
            start_ms INTEGER NOT NULL, name TEXT NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (start_ms, name)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE gap (
            -- By source.
            start_ms INTEGER NOT NULL, name TEXT NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (start_ms, name)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE restatement (
            run INTEGER NOT NULL, start_ms INTEGER NOT NULL, tick INTEGER NOT NULL, at_ms INTEGER NOT NULL,
            account TEXT NOT NULL, delta_ws INTEGER NOT NULL, -- of the account vehicles: a number of them
            PRIMARY KEY (run, start_ms, tick, account)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE vehicle (
            -- Lined off.
            run INTEGER NOT NULL, ts_ms INTEGER NOT NULL, vehicle TEXT NOT NULL, line TEXT NOT NULL, model TEXT,
            modelled INTEGER NOT NULL, PRIMARY KEY (run, ts_ms, vehicle)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE alarm (
            run INTEGER NOT NULL, at_ms INTEGER NOT NULL, area TEXT NOT NULL, asset TEXT NOT NULL, code TEXT NOT NULL,
            raised INTEGER NOT NULL, cause TEXT, PRIMARY KEY (run, at_ms, area, asset, code, raised)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE command (
            -- Changes of set-points. A command's id is run-tick-n.
            run INTEGER NOT NULL, tick INTEGER NOT NULL, n INTEGER NOT NULL, at_ms INTEGER NOT NULL,
            asset TEXT NOT NULL, action TEXT NOT NULL, value REAL NOT NULL, reason TEXT NOT NULL,
            fate TEXT, -- empty while it is pending
            PRIMARY KEY (run, tick, n)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE renewal (
            -- Renewals of their leases by the hour; `since_ms` is the change's `at_ms`, `data` has the ids, packed.
            run INTEGER NOT NULL, hour_ms INTEGER NOT NULL, asset TEXT NOT NULL, since_ms INTEGER NOT NULL,
            n INTEGER NOT NULL, rejected INTEGER NOT NULL, expired INTEGER NOT NULL,
            first_tick INTEGER NOT NULL, last_tick INTEGER NOT NULL, data BLOB NOT NULL,
            PRIMARY KEY (run, hour_ms, asset, since_ms)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE signal (
            -- The archive: an hour of a signal, readings and used values packed as columns in `data` (read them with
            -- `twin export`). `n` counts readings; `low` and `high` are of the readings, or of the used values without any.
            id INTEGER PRIMARY KEY, area TEXT NOT NULL, asset TEXT NOT NULL, key TEXT NOT NULL,
            UNIQUE (area, asset, key)
        ) STRICT;
        CREATE TABLE series (
            -- By hour first: an hour is appended in one piece.
            hour_ms INTEGER NOT NULL, signal INTEGER NOT NULL, n INTEGER NOT NULL, low REAL, high REAL,
            data BLOB NOT NULL, PRIMARY KEY (hour_ms, signal)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE checkpoint (
            run INTEGER PRIMARY KEY, build TEXT NOT NULL, data BLOB NOT NULL,
            segment TEXT NOT NULL, offset INTEGER NOT NULL, tick INTEGER NOT NULL, chain TEXT NOT NULL
        ) STRICT;

        """

    private static let views = """
        CREATE VIEW half_hour AS
            SELECT datetime(p.start_ms / 1000, 'unixepoch') AS start_utc, r.run, p.stepped_ms / 1000.0 AS stepped_s,
                p.vehicles, p.messages, p.commands_issued,
                p.start_ms + 131400000 <= (SELECT max(stepped_to_ms) FROM period WHERE run = p.run) AS final,
                c.hash AS configuration, p.start_ms
            FROM period p JOIN run r ON r.id = p.run JOIN configuration c ON c.id = p.configuration;
        CREATE VIEW account_energy AS
            SELECT datetime(t.start_ms / 1000, 'unixepoch') AS start_utc, a.account, t.ws / 3600000.0 AS kwh,
                t.measured_ms / 18000.0 AS measured_pct, t.estimated_ms / 18000.0 AS estimated_pct, t.start_ms
            FROM account_total t JOIN account a ON a.id = t.account;
        CREATE VIEW meter_energy AS
            SELECT datetime(p.start_ms / 1000, 'unixepoch') AS start_utc, m.account, m.area || '/' || m.asset AS asset,
                p.ws / 3600000.0 AS kwh, p.quality, p.start_ms
            FROM posting p JOIN meter m ON m.id = p.meter;
        CREATE VIEW command_story AS
            SELECT r.run || '-' || c.tick || '-' || c.n AS id, datetime(c.at_ms / 1000, 'unixepoch') AS at_utc,
                c.asset, c.action, c.value, c.reason, c.fate,
                (SELECT coalesce(sum(n), 0) FROM renewal
                    WHERE run = c.run AND asset = c.asset AND since_ms = c.at_ms) AS renewals
            FROM command c JOIN run r ON r.id = c.run;
        """
}
