package import TwinConfiguration
package import TwinCore
import TwinFiles
import TwinImport

/// One plant hour as foreign systems say it, and the mapping that understands them.
package enum ForeignPlant {
    /// What `mosquitto_sub` wrote; nil where the cases do not lie beside the repository.
    package static let recording = Repository.sharedCase("F01-foreign-plant/seen.jsonl.gz")
    /// The energies that it holds; beside the recording.
    package static let expected = Repository.sharedCase("F01-foreign-plant/expected.json")
    package static let absence = "there is no ../shared/cases/F01-foreign-plant beside the repository"

    /// The shipped plant with the mapping.
    package static func config() throws -> SiteConfig {
        try SiteConfig(Repository.configFiles() + [ConfigText(name: SignalMapping.file, text: signals)])
    }

    /// The recorded messages in their order.
    package static func messages() throws -> [Arrival] {
        guard let recording else { throw Missing(text: absence) }
        let reader = try LineReader(path: recording)
        var messages = RecordedMessages(file: recording, .mosquitto, site: "sunderland") { reader.next() }
        var arrivals: [Arrival] = []
        while let item = messages.next() {
            if case .message(let arrival) = item { arrivals.append(arrival) }
        }
        return arrivals
    }

    package static let signals = """
        twin: signals/1
        sources:
          # Three phases of one meter, each on a topic of its own.
          - topic: shellies/em-paint/emeter/0/power
            add: [shellies/em-paint/emeter/1/power, shellies/em-paint/emeter/2/power]
            period: 5s
            signals:
              - {asset: shop/paint, key: load_kw, unit: W, kind: sample}
          - topic: tele/tasmota_body/SENSOR
            time: {at: /Time, format: local}
            signals:
              - {value: /ENERGY/Total, asset: shop/body, key: energy_total_kwh, unit: kWh, kind: counter}
          - topic: zigbee2mqtt/hall-north
            signals:
              - {value: /power, asset: building/halls, key: load_kw, unit: W, kind: sample}
          - topic: modbus/gw1
            time: {at: /ts, format: epoch_ms}
            quality: {at: /q, good: [good]}
            signals:
              - {value: {list: /values, where: {n: pv1_p}, at: /v}, asset: solar/pv1, key: power_kw, unit: kW, kind: sample}
              - {value: {list: /values, where: {n: pv2_p}, at: /v}, asset: solar/pv2, key: power_kw, unit: kW, kind: sample}
              - value: {list: /values, where: {n: wind_sum}, at: /v}
                asset: [wind/t01, wind/t02, wind/t03, wind/t04, wind/t05, wind/t06, wind/t07, wind/t08, wind/t09, wind/t10]
                key: power_kw
                unit: kW
                kind: sample
          - topic: plant/ess/string-1/p
            period: 30s
            signals:
              - {asset: storage/string-1, key: power_kw, unit: written, kind: sample}
          - topic: plant/ess/string-1/soc
            signals:
              - {asset: storage/string-1, key: soc_fraction, unit: written, kind: sample}
          - topic: ocpp/CP07/MeterValues
            time: {at: /meterValue/0/timestamp, format: rfc3339}
            signals:
              - value: {list: /meterValue/0/sampledValue, where: {measurand: Power.Active.Import}, at: /value}
                asset: bay/staff
                key: power_kw
                unit: {at: /unit}
                kind: sample
                scale: {value: -1, source: "A charge point counts what it gives as positive, the plant's bus what it gets"}
          - topic: gas/main-ovens
            signals:
              - value: /count
                asset: gas/paint-ovens
                key: gas_total_kwh
                unit: {at: /unit}
                kind: counter
                gas: {calorific_value: {value: 39.5, source: "The supplier's bill"}}
          - topic: meter/61968/main
            signals:
              - {value: /1.8.0, asset: grid/main, key: energy_in_total_kwh, unit: kWh, kind: counter}
              - {value: /2.8.0, asset: grid/main, key: energy_out_total_kwh, unit: kWh, kind: counter}
          - topic: mes/L1/unit
            time: {at: /t, format: local, date: dmy}
            vehicle: {line: final, id: /vin, event: /evt, words: {OK_OFF: line_off, REWORK: rework}, model: /model}
          - topic: carbon/gb
            time: {at: /data/0/from, format: rfc3339}
            period: 30m
            signals:
              - {value: /data/0/intensity/actual, asset: grid/intensity, key: g_per_kwh, unit: g/kWh, kind: mean}
        """
}
