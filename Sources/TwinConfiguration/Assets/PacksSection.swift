import TwinCore
import TwinPlant

/// `packs:` of `assets.yaml`: state of health of the reused packs of each string, as they were graded.
enum PacksSection {
    /// - Parameter assets: what stands on the site; nil where it is wrong, and not held against the packs.
    static func read(_ root: YAMLNode, _ assets: [PlantAsset]?) -> PackGrading? {
        root.fields { fields -> PackGrading? in
            let grades = fields.required("grades", hint: "give the least state of health of a, b and c")
            let strings = fields.required("strings", hint: "name strings like string-1")
            let (floors, sheets) = (grades.flatMap(Self.floors), strings.flatMap { Self.sheets($0, assets) })
            guard let floors, let sheets else { return nil }
            return PackGrading(floors: floors, sheets: sheets)
        }
    }

    private static func floors(_ node: YAMLNode) -> [PackGrade: Double]? {
        node.fields { fields -> [PackGrade: Double]? in
            let a = fields.quantity("a", in: 0...1, "fraction of new")
            let b = fields.quantity("b", in: 0...1, "fraction of new")
            let c = fields.quantity("c", in: 0...1, "fraction of new")
            guard let a, let b, let c else { return nil }
            guard a > b, b > c else {
                node.problem(
                    "a \(JSON.numberText(a)), b \(JSON.numberText(b)) and c \(JSON.numberText(c)) do not descend; a better"
                        + " grade begins at a higher state of health")
                return nil
            }
            return [.a: a, .b: b, .c: c]
        }
    }

    private static func sheets(_ node: YAMLNode, _ assets: [PlantAsset]?) -> [AssetPath: PackSheet]? {
        guard let named = node.named() else { return nil }
        var sheets: [AssetPath: PackSheet] = [:]
        for (key, value) in named {
            let sheet = sheet(value)
            guard let id = key.id() else { continue }
            let path = AssetPath(.storage, id)
            if let assets { check(sheet, value, of: path, key, assets) }
            sheets[path] = sheet
        }
        return sheets.count == named.count ? sheets : nil
    }

    private static func sheet(_ node: YAMLNode) -> PackSheet? {
        node.fields { fields -> PackSheet? in
            let graded = fields.required("graded", hint: "write the day of the grading like 2025-03-10")?.date()
            let newKWh = fields.quantity("new_kwh", in: 1...200, "kWh")
            let health = fields.required(
                "health_fraction", hint: "list the packs: health_fraction: {value: [0.66, ...], source: \"...\"}"
            )?.sourced { node -> [Double]? in
                guard let items = node.items(1...1000) else { return nil }
                let values = items.map { $0.number(in: 0.1...1.1, "fraction of new") }
                return values.contains(nil) ? nil : values.compactMap(\.self)
            }
            guard let graded, let newKWh, let health else { return nil }
            let source = fields.node.find("health_fraction", "source")?.text(maxLength: 600)
            return PackSheet(newKWh: newKWh, graded: graded, health: health, source: source ?? "")
        }
    }

    /// Packs stand in a string. Since they were graded they have aged, and gained nothing.
    private static func check(
        _ sheet: PackSheet?, _ node: YAMLNode, of path: AssetPath, _ key: YAMLNode, _ assets: [PlantAsset]
    ) {
        guard let string = assets.first(where: { $0.path == path })?.kind as? BatteryUnit else {
            key.problem("there is no \(path.text) that has such packs")
            return
        }
        guard let sheet, !(0.5 * sheet.presentKWh...1.1 * sheet.presentKWh).contains(string.capacityKWh) else { return }
        let heldKWh = JSON.numberText((sheet.presentKWh * 10).rounded() / 10)
        (node.find("health_fraction") ?? node).problem(
            "\(sheet.health.count) packs of \(JSON.numberText(sheet.newKWh)) kWh held \(heldKWh) kWh when they were graded,"
                + " capacity_kwh of \(path.text) is \(JSON.numberText(string.capacityKWh)); aged packs hold half of it to"
                + " all of it, so one of the two is of other packs")
    }
}
