/// What the uses on the hot-water network take: halls, process baths and hot water.
///
/// The form is that of a degree-day regression, as for the shops.
public struct HeatDemand: Sendable, Hashable {
    /// Baths and hot water, by day type, kW.
    public var productionDayKW: Double
    public var idleDayKW: Double
    /// Halls, kW per K below the heating base.
    public var hallKWPerK: Double
    /// Baths, kWh per vehicle.
    public var perVehicleKWh: Double
    public var heatingBaseC: Double

    public init(
        productionDayKW: Double, idleDayKW: Double, hallKWPerK: Double, perVehicleKWh: Double, heatingBaseC: Double
    ) {
        self.productionDayKW = productionDayKW
        self.idleDayKW = idleDayKW
        self.hallKWPerK = hallKWPerK
        self.perVehicleKWh = perVehicleKWh
        self.heatingBaseC = heatingBaseC
    }

    /// Useful heat at the uses, kW.
    public func totalKW(isProductionDay: Bool, outdoorC: Double, vehiclesPerHour: Double) -> Double {
        (isProductionDay ? productionDayKW : idleDayKW) + hallKWPerK * max(0, heatingBaseC - outdoorC)
            + perVehicleKWh * vehiclesPerHour
    }
}

/// The hot-water network over one step: what is there anyway first, then electric heat as it is told, then the store,
/// the boilers last. All powers are means over the step, kW of heat where not said otherwise.
public struct HeatNetwork: Sendable, Hashable {
    public struct Parameters: Sendable, Hashable {
        public var boilerRatedKW: Double
        public var heatPumpRatedKW: Double
        public var electricRatedKW: Double
        public var storeCapacityKWh: Double
        /// Both ways.
        public var storeRatedKW: Double
        /// Share of the carried heat that the pipes lose.
        public var lossFraction: Double

        public init(
            boilerRatedKW: Double, heatPumpRatedKW: Double, electricRatedKW: Double, storeCapacityKWh: Double,
            storeRatedKW: Double, lossFraction: Double
        ) {
            self.boilerRatedKW = boilerRatedKW
            self.heatPumpRatedKW = heatPumpRatedKW
            self.electricRatedKW = electricRatedKW
            self.storeCapacityKWh = storeCapacityKWh
            self.storeRatedKW = storeRatedKW
            self.lossFraction = lossFraction
        }
    }

    /// Sources and store balance demand and losses exactly, but for what no rating could give.
    public struct Output: Sendable, Hashable {
        public var boilerKW = 0.0
        public var heatPumpKW = 0.0
        public var electricKW = 0.0
        /// Taken of the fuel cell's heat; the rest goes to the air.
        public var fuelCellKW = 0.0
        public var recoveredKW = 0.0
        public var storeChargeKW = 0.0
        public var storeDischargeKW = 0.0
        public var demandKW = 0.0
        public var lossesKW = 0.0
        public var unmetKW = 0.0
    }

    public let parameters: Parameters
    public private(set) var storeKWh: Double

    public init(_ parameters: Parameters, storeFraction: Double) {
        self.parameters = parameters
        storeKWh = min(max(storeFraction, 0), 1) * parameters.storeCapacityKWh
    }

    public var storeFraction: Double {
        parameters.storeCapacityKWh > 0 ? storeKWh / parameters.storeCapacityKWh : 0
    }

    /// - Parameter hours: length of the step, > 0. Negative or undefined powers count as 0.
    public mutating func step(
        demandKW: Double, heatPumpSetKW: Double, electricSetKW: Double, fuelCellKW: Double, recoveredKW: Double,
        hours: Double
    ) -> Output {
        func usable(_ kw: Double, _ most: Double = .greatestFiniteMagnitude) -> Double {
            kw.isNaN ? 0 : min(max(kw, 0), most)
        }
        var out = Output()
        let carried = usable(demandKW, 1e9) / (1 - parameters.lossFraction)
        let room = min(parameters.storeRatedKW, (parameters.storeCapacityKWh - storeKWh) / hours)
        out.recoveredKW = min(usable(recoveredKW), carried + room)
        out.fuelCellKW = min(usable(fuelCellKW), max(0, carried + room - out.recoveredKW))
        // Electric heat fills the rest of demand and store; what neither takes is turned down.
        var open = max(0, carried + room - out.recoveredKW - out.fuelCellKW)
        out.heatPumpKW = min(usable(heatPumpSetKW, parameters.heatPumpRatedKW), open)
        open -= out.heatPumpKW
        out.electricKW = min(usable(electricSetKW, parameters.electricRatedKW), open)
        let given = out.recoveredKW + out.fuelCellKW + out.heatPumpKW + out.electricKW
        if given >= carried {
            out.storeChargeKW = given - carried
        } else {
            out.storeDischargeKW = min(parameters.storeRatedKW, storeKWh / hours, carried - given)
            out.boilerKW = min(parameters.boilerRatedKW, carried - given - out.storeDischargeKW)
        }
        storeKWh += (out.storeChargeKW - out.storeDischargeKW) * hours
        storeKWh = min(max(storeKWh, 0), parameters.storeCapacityKWh)
        let reached = given + out.storeDischargeKW + out.boilerKW - out.storeChargeKW
        out.lossesKW = reached * parameters.lossFraction
        out.demandKW = reached - out.lossesKW
        out.unmetKW = max(0, usable(demandKW, 1e9) - out.demandKW)
        return out
    }
}
