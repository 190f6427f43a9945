/// A value that the twin uses, and what it is worth.
public struct UsedValue: Sendable, Hashable, Codable {
    public var value: Double
    public var quality: Quality

    public init(_ value: Double, _ quality: Quality) {
        self.value = value
        self.quality = quality
    }
}

/// A used value under its name: `wind/t01 power_kw`.
public struct NamedValue: Sendable, Hashable {
    public var area: Area
    public var asset: String
    public var key: String
    public var used: UsedValue

    public init(_ area: Area, _ asset: String, _ key: String, _ used: UsedValue) {
        self.area = area
        self.asset = asset
        self.key = key
        self.used = used
    }
}

/// What flows from one stage of a tick to the next: weather, heat that is there anyway, the grid's word.
public struct PlantImage: Sendable, Hashable, Codable {
    /// Outdoor air, degC.
    public var airTemperatureC = UsedValue(9.3, .estimated)
    /// Wind speed at the mast, m/s.
    public var windSpeedMPerS = UsedValue(5, .estimated)
    /// Global horizontal irradiance, W/m2.
    public var irradianceWPerM2 = UsedValue(0, .estimated)
    /// Heat that is given to the hot-water network anyway, kW.
    public var heatKW = 0.0
    /// Grid intensity, g/kWh, and its forecast for the half hours that follow the one of `forecastFrom`; nil for
    /// those that it does not tell.
    public var intensityGPerKWh = UsedValue(0, .stale)
    public var intensityForecast: [Double?] = []
    public var forecastFrom: PlantTime?
    /// What forecasts say that are told to the site; nil where none is, or it is too old.
    public var weatherForecast: WeatherForecast?
    public var priceForecast: PriceForecast?
    public var gridConnected = true

    public init() {}
}

/// A reading that was taken, as it was sent: for the archive. The registers of counters are readings too.
public struct AcceptedReading: Sendable, Hashable {
    public var area: Area
    public var asset: String
    public var key: String
    public var ts: PlantTime
    /// How far it holds: by its source's word, else by the age that its signal may have.
    public var end: PlantTime
    public var value: Double

    public init(_ area: Area, _ asset: String, _ key: String, ts: PlantTime, end: PlantTime, value: Double) {
        self.area = area
        self.asset = asset
        self.key = key
        self.ts = ts
        self.end = end
        self.value = value
    }
}

/// What a line or a shop told of a vehicle.
public struct VehicleEvent: Sendable, Hashable {
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        case enter, leave, scrap, rework
        case lineOff = "line_off"
    }

    public var kind: Kind
    /// Asset id of the line or shop.
    public var line: String
    public var vehicle: String
    public var ts: PlantTime
    /// As the line names it; nil where it does not.
    public var model: String?
    public var isModelled: Bool

    public init(kind: Kind, line: String, vehicle: String, ts: PlantTime, model: String? = nil, isModelled: Bool) {
        (self.kind, self.line, self.vehicle) = (kind, line, vehicle)
        (self.ts, self.model, self.isModelled) = (ts, model, isModelled)
    }
}

/// A good vehicle that left the line, counted once by its id.
public struct LineOff: Sendable, Hashable, Codable {
    /// Asset id of the line.
    public var line: String
    public var vehicle: String
    public var ts: PlantTime
    /// As the line names it; nil where it does not.
    public var model: String?
    /// The source says that it is modelled, not seen.
    public var isModelled: Bool

    public init(line: String, vehicle: String, ts: PlantTime, model: String? = nil, isModelled: Bool) {
        self.line = line
        self.vehicle = vehicle
        self.ts = ts
        self.model = model
        self.isModelled = isModelled
    }
}

/// All that a component says about one tick.
public struct ComponentReply: Sendable {
    /// The image with this component's values in it.
    public var image: PlantImage
    /// Used values in configuration order.
    public var values: [NamedValue] = []
    /// Instants that are used and not shown, in the same order: offers are made of them, and they are neither stored nor
    /// proven.
    public var unshown: [NamedValue] = []
    /// Every tick and account this tick's readings changed, and this tick itself.
    public var cells: [Cell] = []
    public var intensities: [PeriodIntensity] = []
    public var lineOffs: [LineOff] = []
    /// What else was told of vehicles.
    public var vehicleEvents: [VehicleEvent] = []
    /// Readings that were laid on timelines, for the archive.
    public var readings: [AcceptedReading] = []
    /// Alarms that hold now.
    public var alarms: [AlarmKey] = []
    public var counts = Counts()
    /// What became of readings that share a message; it is not in `counts`.
    public var fates: [PartFate] = []
    /// Refused messages: line number and why, for the reader of a file.
    public var refusals: [Refusal] = []
    /// All meters of electric uses may be wrong alike; where the bus fits all the same, the grid's meter is too.
    public var commonDoubt: CommonDoubt?
    /// What is worth a sentence to people, once when it begins.
    public var remarks: [String] = []
    /// Assets that are listened to, and those of them that never spoke, though they should have.
    public var watched = 0
    public var unheard: [AlarmKey] = []
    /// Readings that repeat themselves while their model moves: what the source says, not what is used.
    public var stuck: [NamedValue] = []
    /// Assets that are stale because their messages cannot be used, and why the last one could not.
    public var unusable: [AssetPath: String] = [:]
    /// Holes in the measurement that began in a period, by account (see `Timeline.gapCount`).
    public var gaps: [GapCount] = []
    /// The component's own state, for the digest; what came before it is not in it.
    public var record = DigestRecord()

    public init(image: PlantImage) { self.image = image }
}

/// By how much meters may be wrong that are all wrong alike.
public struct CommonDoubt: Sendable, Hashable {
    public var from: PlantTime
    /// Of what they tell.
    public var fraction: Double

    public init(from: PlantTime, fraction: Double) {
        self.from = from
        self.fraction = fraction
    }
}

/// A message that was refused, for people.
public struct Refusal: Sendable, Hashable {
    public var line: Int
    public var topic: String
    public var failure: LineFailure

    public init(line: Int, topic: String, failure: LineFailure) {
        self.line = line
        self.topic = topic
        self.failure = failure
    }
}

public struct GapCount: Sendable, Hashable {
    public var period: PlantTime
    public var source: String
    public var count: Int

    public init(period: PlantTime, source: String, count: Int) {
        self.period = period
        self.source = source
        self.count = count
    }
}

/// A message with its topic taken apart, once, by the router.
public struct Routed: Sendable, Hashable {
    public var arrival: Arrival
    public var area: Area
    public var asset: String
    public var kind: TopicKind
    /// Which of the tick's messages gave it, where a foreign message may have given several; that is counted once.
    public var part: Int?

    public init(_ arrival: Arrival, area: Area, asset: String, kind: TopicKind, part: Int? = nil) {
        self.arrival = arrival
        self.area = area
        self.asset = asset
        self.kind = kind
        self.part = part
    }
}

/// The numbers that an asset's `tele` messages may bring.
public struct AssetInput: Sendable, Hashable {
    public var path: AssetPath
    /// Payload keys, each with its unit in its name.
    public var keys: [String]

    public init(_ path: AssetPath, keys: [String]) {
        self.path = path
        self.keys = keys
    }
}

/// A part of the plant: a fleet of assets of one kind behind one value.
///
/// A component holds no reference to another; what it needs comes in the image, all it did leaves in the reply and
/// in `state`. The same value runs inside an actor or plainly.
public protocol Component: Sendable {
    associatedtype State: Codable & Sendable
    /// Short name for logs and benchmarks.
    var name: String { get }
    /// The topics whose messages it wants.
    var filters: [TopicFilter] { get }
    /// What its assets may be told by telemetry.
    var inputs: [AssetInput] { get }
    /// The lines of the books that its cells go to, each once; no cell names another.
    var meters: [Meter] { get }
    /// How its messages are decoded before it gets them; nil for one that reads them itself.
    var decoder: InboxDecoder? { get }
    var state: State { get set }
    /// Takes the slice of messages of one tick and closes the tick: what it says comes behind what others said.
    mutating func tick(_ slice: Slice, _ context: TickContext, _ reply: inout ComponentReply)
    /// Takes over what the same component of another configuration knew, asset by asset.
    mutating func adopt(_ old: Self)
}

extension Component {
    /// Closes a tick of this component alone.
    public mutating func tick(_ messages: [Routed], _ context: TickContext, _ image: PlantImage) -> ComponentReply {
        var reply = ComponentReply(image: image)
        tick(Slice(messages, decoder), context, &reply)
        return reply
    }
}
