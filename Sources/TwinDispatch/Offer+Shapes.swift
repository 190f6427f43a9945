import TwinCore

// What each shape of offer means to the gate and the desk.

extension Offer {
    /// Dead-band of what follows a power or a heat and is no storage, kW: ASM, 1 % of the fuel cell's 1,000 kW.
    static let deadbandKW = 10.0

    /// - Parameters:
    ///   - ramp: largest change in one step, as a share of the rating.
    ///   - deadbandKW: of the storage rule.
    public init(_ store: Store, ramp: Double, deadbandKW: Double = 0) {
        self.init(
            .store(store), store.path, .setPower, ratingKW: store.powerMaxKW,
            size: Limit(.rating, -store.powerMaxKW, store.powerMaxKW),
            giving: Limit(.reserve, -.greatestFiniteMagnitude, store.dischargeMaxKW),
            taking: Limit(.full, -store.chargeMaxKW, .greatestFiniteMagnitude),
            rampKWPerStep: ramp * store.powerMaxKW, busKWPerKW: 1, measured: store.powerKW)
        deadband = deadbandKW
        // Where its window ends, its own protection may stop it; what the gate lets through it takes within minutes.
        let (isFull, isEmpty) = (store.soc.value >= store.socMax - 0.005, store.soc.value <= store.socMin + 0.005)
        if isFull || isEmpty {
            mayStopShort = ClosedRange(between: isFull ? -store.powerMaxKW : 0, isEmpty ? store.powerMaxKW : 0)
        }
        mayStandStill = .hours(4)
    }

    /// A generator takes hours to come up, and stops short meanwhile.
    public init(_ cell: Generator) {
        self.init(
            .generator(cell), cell.path, .setPower, ratingKW: cell.ratedKW, size: Limit(.rating, 0, cell.ratedKW),
            rampKWPerStep: cell.ratedKW, busKWPerKW: 1, measured: cell.powerKW, isCeiling: true)
        minimumKW = cell.minimumKW
        ownRampKWPerStep = cell.rampKWPerStep
        reach = cell.reachKW
        isUncertain = cell.isAtRest
        deadband = Offer.deadbandKW
        failsafe = cell.ratedKW
        mayStopShort = ClosedRange(between: 0, cell.ratedKW)
    }

    public init(_ load: DeferrableLoad, ramp: Double) {
        let isPower = load.action == .setPower
        self.init(
            .deferrable(load), load.path, load.action, ratingKW: load.ratingKW,
            size: Limit(.rating, isPower ? -load.ratingKW : 0, load.ratingKW),
            // What floors and caps of the cars forbid is never asked.
            giving: Limit(.cars, -.greatestFiniteMagnitude, isPower ? load.giveMaxKW : .greatestFiniteMagnitude),
            hardLimit: Offer.need(load), rampKWPerStep: ramp * load.ratingKW, busKWPerKW: isPower ? 1 : -1,
            measured: isPower ? load.powerKW : UsedValue(-load.powerKW.value, load.powerKW.quality), isCeiling: true)
        let least = load.needKW ?? 0
        reach =
            isPower
            ? ClosedRange(between: -load.drawMaxKW, least > 0 ? -least : load.giveMaxKW)
            : ClosedRange(between: least, load.drawMaxKW)
        isUncertain = !load.isFree
        // A ceiling may follow its group closely.
        if isPower { deadband = Offer.deadbandKW }
        // Charging keeps its departures; what works, or has an unknown need, is left to its own controller.
        failsafe = load.setPoint(chargingKW: load.isWorking ? load.ratingKW : load.needKW ?? load.ratingKW)
    }

    /// A need that is not known is held open up to the rating: the group's own controller decides.
    private static func need(_ load: DeferrableLoad) -> Limit? {
        let need = load.needKW
        let name: Limit.Name = need == nil ? .unknownNeed : .departures
        let floor = need ?? load.ratingKW
        guard floor > 0 else { return nil }
        return load.action == .setPower
            ? Limit(name, -.greatestFiniteMagnitude, -floor) : Limit(name, floor, .greatestFiniteMagnitude)
    }

    /// - Parameter mayStopShort: a full store turns heat down.
    public init(_ converter: Converter, ramp: Double, mayStopShort: Bool = false) {
        self.init(
            .converter(converter), converter.path, converter.action, ratingKW: converter.ratedKW,
            size: Limit(.rating, 0, converter.ratedKW), rampKWPerStep: ramp * converter.ratedKW,
            busKWPerKW: -converter.drawnKW(1), measured: converter.measuredKW)
        minimumKW = converter.minimumKW
        deadband = Offer.deadbandKW
        if mayStopShort { self.mayStopShort = ClosedRange(between: 0, converter.ratedKW) }
    }

    /// A source counts 0 for gas and 1 for electric: its step on the bus is all that the elements draw.
    public init(_ oven: SourceSwitch) {
        self.init(
            .source(oven), oven.path, .setSource, ratingKW: 1, size: Limit(.sources, 0, 1), rampKWPerStep: 1,
            busKWPerKW: -oven.electricKW,
            measured: UsedValue(oven.isElectric ? 1 : 0, oven.loadKW.quality),
            isCeiling: oven.electricKW <= 0.05 * oven.ratedKW)
    }

    /// Paint quality is a hard limit; a tenth of 20 K is the size of what may differ.
    public init(_ air: SetPointWindow) {
        self.init(
            .window(air), air.path, .setSetpoint, ratingKW: 20, size: nil,
            hardLimit: Limit(.paintWindow, air.low, air.high), rampKWPerStep: .greatestFiniteMagnitude,
            busKWPerKW: 0, measured: air.temperatureC)
        wholeChange = 1
        failsafe = air.design
    }

    public init(_ duty: Duty) {
        let least = duty.mustRun ? Duty.run : Duty.idle
        self.init(
            .duty(duty), duty.path, .setMode, ratingKW: 1, size: nil,
            hardLimit: Limit(duty.mustRun ? .bodies : .neverOff, least, Duty.run),
            rampKWPerStep: Duty.run, busKWPerKW: 0, measured: duty.mode)
        failsafe = Duty.run
    }

    public init(_ source: CurtailableSource) {
        self.init(
            .curtailable(source), source.path, .setLimit, ratingKW: source.ratedKW,
            size: Limit(.rating, 0, source.ratedKW), rampKWPerStep: source.ratedKW, busKWPerKW: 1,
            measured: source.powerKW, isCeiling: true)
        reach = ClosedRange(between: 0, max(0, source.availableKW))
        failsafe = source.ratedKW
    }
}
