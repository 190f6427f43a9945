import TwinCore

/// What is held together: the sub-meters of an energy against its main meter at the boundary of the site.
public enum MeterBalance: String, Sendable, Hashable, CaseIterable {
    case electricity, gas

    /// The main meters. Without them a balance closes by itself, or there is none.
    var mains: [Account] {
        switch self {
        case .electricity: [.gridImport, .gridExport]
        case .gas: [.gasMain]
        }
    }

    /// Accounts whose meters are in the balance. Of several mains the sum counts.
    var sources: [Account] {
        let sheet = Bus.electricity.sheet
        return switch self {
        case .electricity: sheet.supplied + [sheet.imported].compactMap(\.self)
        case .gas: [.gasMain]
        }
    }

    var uses: [Account] {
        let sheet = Bus.electricity.sheet
        return switch self {
        case .electricity: sheet.consumed + sheet.stored + [sheet.exported].compactMap(\.self)
        case .gas: [.gas]
        }
    }

    /// The share that is taken to be lost on the way; a pipe loses nothing.
    var losses: Account? { self == .electricity ? .losses : nil }

    /// 95 % half-width of what no meter sees, as a share of what flows. Electricity: lighting, roads, a gatehouse. Gas:
    /// kitchens, heaters that are not worth a meter, purging and leaks. Assumed.
    var unmeteredHalfWidth: Double { 0.01 }

    /// 95 % half-width of what is left over at one time of day whatever the meters' classes are, as a share of what flows
    /// then. Electricity: losses grow with the square of the load, and meters do not read at one instant. Gas: sub-meters
    /// turn volume into energy by one pressure and temperature, the main by those of the hour. Assumed.
    var noiseHalfWidth: Double { 0.005 }

    /// A time of day with less than this share of the mean flow is known no better than one with it: gas registers count
    /// whole cubic metres of 11 kWh, and by night burners may stand. Assumed.
    var leastFlow: Double { self == .gas ? 0.5 : 0 }
}
