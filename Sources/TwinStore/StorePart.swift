/// A table whose rows are proven together: those of one owner and one day have a sum.
enum StorePart: String, CaseIterable {
    case run
    case inForce = "in_force"
    case configuration
    case configurationFile = "configuration_file"
    case configurationMeter = "configuration_meter"
    case checkpoint
    case signal
    case period
    case restatement
    case vehicle
    case vehicleEvent = "vehicle_event"
    case alarm
    case command
    case gridRequest = "grid_request"
    case renewal
    case series

    /// What a run leaves, but for its half hours' books and the archive.
    static let ofRun: [StorePart] = [
        .period, .restatement, .vehicle, .vehicleEvent, .alarm, .command, .gridRequest, .renewal, .checkpoint, .inForce,
    ]

    /// Column of the owner: a run's, configuration's or signal's id; 0 for what has none.
    var owner: String {
        switch self {
        case .run, .configuration: "id"
        case .configurationFile, .configurationMeter: "configuration"
        case .signal: "0"
        case .series: "signal"
        default: "run"
        }
    }

    /// Column of the time, ms; 0 for what has none.
    var time: String {
        switch self {
        case .period, .restatement: "start_ms"
        case .vehicle, .vehicleEvent: "ts_ms"
        case .alarm, .command: "at_ms"
        case .gridRequest: "heard_ms"
        case .renewal, .series: "hour_ms"
        default: "0"
        }
    }

    var isTimed: Bool { time != "0" }

    /// Owner, time and what else is proven of a row.
    var rows: String { "SELECT \(owner), \(time), \(columns) FROM \(from)" }

    private var columns: String {
        switch self {
        case .run:
            "run, site, start_ms, build, step_s, mode, loop, wall_s, expectations_passed, expectations_failed"
        case .inForce: "tick, from_ms, configuration"
        case .configuration: "hash"
        case .configurationFile: "name, bytes"
        case .configurationMeter: "line, account, area, asset"
        case .checkpoint: "build, data, segment, offset, tick, chain"
        case .signal: "id, area, asset, key"
        case .period: "proof, meters_proof"
        case .restatement: "tick, at_ms, account, delta_ws"
        case .vehicle: "vehicle, line, model, modelled"
        case .vehicleEvent: "vehicle, line, event, model, modelled"
        case .alarm: "area, asset, code, raised, cause"
        case .command: "tick, n, asset, action, value, reason, fate"
        case .gridRequest:
            """
            number, request, from_ms, until_ms, import_max_kw, pay_per_mwh, baseline_kw, planned, measured_s, kept_s, idle_s,
            net_kwh, over_kwh, over_max_kw
            """
        case .renewal: "asset, since_ms, n, rejected, expired, first_tick, last_tick, data"
        case .series: "n, low, high, data"
        }
    }

    private var from: String {
        self == .configurationMeter ? "configuration_meter JOIN meter ON meter.id = meter" : rawValue
    }

    /// Finds the rows that one statement writes.
    var key: String {
        switch self {
        case .run, .configuration, .signal: "id = ?"
        case .configurationFile, .configurationMeter: "configuration = ?"
        case .checkpoint: "run = ?"
        case .inForce: "run = ? AND tick = ?"
        case .period: "start_ms = ?"
        case .restatement: "run = ? AND start_ms = ? AND tick = ? AND account = ?"
        case .vehicle: "run = ? AND ts_ms = ? AND vehicle = ?"
        case .vehicleEvent: "run = ? AND ts_ms = ? AND vehicle = ? AND line = ? AND event = ?"
        case .alarm: "run = ? AND at_ms = ? AND area = ? AND asset = ? AND code = ? AND raised = ?"
        case .command: "run = ? AND tick = ? AND n = ?"
        case .gridRequest: "run = ? AND number = ?"
        case .renewal: "run = ? AND hour_ms = ? AND asset = ? AND since_ms = ?"
        case .series: "hour_ms = ? AND signal = ?"
        }
    }

    /// For a message.
    var words: String {
        switch self {
        case .run: "the entry"
        case .inForce: "the list of configurations"
        case .configuration: "a configuration"
        case .configurationFile: "the files of a configuration"
        case .configurationMeter: "the meters of a configuration"
        case .checkpoint: "the checkpoint"
        case .signal: "the list of signals"
        case .period: "the half hours"
        case .restatement: "the late changes"
        case .vehicle: "the vehicles"
        case .vehicleEvent: "the events of vehicles"
        case .alarm: "the alarms"
        case .command: "the commands"
        case .gridRequest: "the requests"
        case .renewal: "the renewals of commands"
        case .series: "the values"
        }
    }
}
