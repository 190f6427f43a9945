/// A solid-oxide fuel cell on bioethanol: slow to start and to ramp, best run steadily, with useful heat.
public struct FuelCell: Sendable, Hashable {
    /// Net calorific value of ethanol, kWh per litre (UK Government fuel properties 2025: 26.8 GJ/t, 794 kg/m3).
    public static let ethanolKWhPerLitre = 5.911

    public struct Parameters: Sendable, Hashable {
        /// AC, net of its own use, kW.
        public var ratedKW: Double
        /// Least stable load, share of the rating.
        public var minimumFraction: Double
        /// AC net over fuel at the rating, on net calorific value.
        public var ratedEfficiency: Double
        /// Change of the output when hot, share of the rating per minute.
        public var rampFractionPerMinute: Double
        public var coldStartHours: Double
        public var warmStartHours: Double
        /// Fuel that keeps it hot without output, share of the rated fuel.
        public var standbyFuelFraction: Double
        /// Heat to the hot-water network, share of the fuel.
        public var heatFraction: Double

        public init(
            ratedKW: Double, minimumFraction: Double, ratedEfficiency: Double, rampFractionPerMinute: Double,
            coldStartHours: Double, warmStartHours: Double, standbyFuelFraction: Double, heatFraction: Double
        ) {
            self.ratedKW = ratedKW
            self.minimumFraction = minimumFraction
            self.ratedEfficiency = ratedEfficiency
            self.rampFractionPerMinute = rampFractionPerMinute
            self.coldStartHours = coldStartHours
            self.warmStartHours = warmStartHours
            self.standbyFuelFraction = standbyFuelFraction
            self.heatFraction = heatFraction
        }

        static let blank = Parameters(
            ratedKW: 0, minimumFraction: 0, ratedEfficiency: 1, rampFractionPerMinute: 1, coldStartHours: 0,
            warmStartHours: 0, standbyFuelFraction: 0, heatFraction: 0)

        /// Efficiency over that at the rating, by load (typical course, best at three quarters).
        private static let course: [(load: Double, relative: Double)] = [
            (0.3, 0.85), (0.4, 0.93), (0.5, 1.00), (0.75, 1.03), (1.0, 1.00),
        ]

        /// AC net over fuel at a load of 0...1.
        public func efficiency(load: Double) -> Double {
            let course = Parameters.course
            guard load > course[0].load else { return ratedEfficiency * course[0].relative }
            for (low, high) in zip(course, course.dropFirst()) where load <= high.load {
                let share = (load - low.load) / (high.load - low.load)
                return ratedEfficiency * (low.relative + share * (high.relative - low.relative))
            }
            return ratedEfficiency
        }

        /// Fuel at a steady output, kW on net calorific value; at no output what keeps it hot.
        public func fuelKW(powerKW: Double) -> Double {
            let standby = standbyFuelFraction * ratedKW / ratedEfficiency
            guard powerKW > 0, powerKW.isFinite else { return standby }
            let power = min(powerKW, 1.2 * ratedKW)
            return max(standby, power / efficiency(load: power / ratedKW))
        }

        public func fuelLitresPerHour(powerKW: Double) -> Double {
            fuelKW(powerKW: powerKW) / FuelCell.ethanolKWhPerLitre
        }

        /// Heat to the network at a steady output; standby gives none.
        public func heatKW(powerKW: Double) -> Double {
            powerKW > 0 ? heatFraction * fuelKW(powerKW: powerKW) : 0
        }
    }

    public enum Mode: String, Sendable, Hashable, Codable {
        case off, starting, standby, running
    }

    /// Means over one step.
    public struct Output: Sendable, Hashable {
        public var powerKW = 0.0
        public var heatKW = 0.0
        /// On net calorific value.
        public var fuelKW = 0.0
        public var mode = Mode.off
    }

    public let parameters: Parameters
    public private(set) var mode: Mode
    /// Output at the end of the last step, kW.
    public private(set) var powerKW: Double
    public private(set) var starts = 0
    public private(set) var runHours = 0.0
    private var startHoursLeft = 0.0
    /// Since it was switched off; it never was where it began cold.
    private var offHours = Double.infinity

    /// - Parameter powerKW: what it gives at the beginning; above 0 it is running.
    public init(_ parameters: Parameters, mode: Mode, powerKW: Double = 0) {
        self.parameters = parameters
        self.mode = mode
        self.powerKW = mode == .running ? min(max(powerKW, 0), parameters.ratedKW) : 0
    }

    /// Steps `hours` towards a set-point. A set-point between 0 and the minimum is held at the minimum; 0 is hot
    /// standby; nil switches off. Not a number counts as 0. A step is at most a day.
    public mutating func step(setPointKW: Double?, hours: Double) -> Output {
        guard hours > 0, hours <= 24 else { return Output(mode: mode) }
        guard let setPointKW else {
            offHours = mode == .off ? offHours + hours : hours
            mode = .off
            powerKW = 0
            return Output()
        }
        var left = hours
        if mode == .off {
            mode = .starting
            starts += 1
            startHoursLeft = startHours
        }
        if mode == .starting {
            let started = min(left, startHoursLeft)
            startHoursLeft -= started
            left -= started
            if startHoursLeft <= 0 { mode = .standby }
        }
        let wanted = setPointKW > 0 ? min(max(setPointKW, minimumKW), parameters.ratedKW) : 0
        let energy = mode == .starting ? 0 : ramp(to: wanted, hours: left)
        if mode != .starting { mode = powerKW > 0 || energy > 0 ? .running : .standby }
        if mode == .running { runHours += left }
        let mean = energy / hours
        let fuel = parameters.fuelKW(powerKW: mean)
        return Output(
            powerKW: mean, heatKW: mode == .running ? parameters.heatFraction * fuel : 0, fuelKW: fuel, mode: mode)
    }

    /// Goes on from what a meter told.
    mutating func resume(powerKW: Double) {
        mode = powerKW > 0 ? .running : .standby
        self.powerKW = min(max(powerKW, 0), parameters.ratedKW)
    }

    /// It cools as slowly as it heats: just switched off it starts warm, and cold after the time of a cold start.
    private var startHours: Double {
        let (warm, cold) = (parameters.warmStartHours, parameters.coldStartHours)
        guard offHours < cold else { return cold }
        return min(warm, cold) + max(0, cold - warm) * offHours / cold
    }

    private var minimumKW: Double { parameters.minimumFraction * parameters.ratedKW }

    /// Moves the output at the ramp and returns the energy of the time, kWh. Between standby and minimum it steps.
    private mutating func ramp(to wanted: Double, hours: Double) -> Double {
        if wanted == 0 {
            powerKW = 0
            return 0
        }
        let begin = max(powerKW, minimumKW)
        let rate = max(parameters.rampFractionPerMinute * parameters.ratedKW * 60, 1e-9)
        let moving = min(abs(wanted - begin) / rate, hours)
        let end = wanted > begin ? begin + rate * moving : begin - rate * moving
        powerKW = end
        return (begin + end) / 2 * moving + end * (hours - moving)
    }
}

/// The tank that feeds the fuel cells; tankers fill it up.
public struct EthanolTank: Sendable, Hashable {
    public let capacityLitres: Double
    public let reorderLitres: Double
    public let deliveryLitres: Double
    public private(set) var levelLitres: Double
    public private(set) var deliveries = 0

    public init(capacityLitres: Double, levelLitres: Double, reorderLitres: Double, deliveryLitres: Double) {
        self.capacityLitres = max(capacityLitres, 0)
        self.reorderLitres = reorderLitres
        self.deliveryLitres = max(deliveryLitres, 0)
        self.levelLitres = min(max(levelLitres, 0), self.capacityLitres)
    }

    /// Takes fuel out, at most what is there, and lets a tanker in when the level falls to the reorder point.
    /// - Returns: what was there to be drawn, litres.
    public mutating func draw(litres: Double) -> Double {
        let drawn = litres.isFinite ? min(max(litres, 0), levelLitres) : 0
        levelLitres -= drawn
        if levelLitres <= reorderLitres, deliveryLitres > 0, levelLitres + deliveryLitres <= capacityLitres {
            levelLitres += deliveryLitres
            deliveries += 1
        }
        return drawn
    }
}
