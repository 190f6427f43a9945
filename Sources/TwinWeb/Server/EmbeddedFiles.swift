/// What stands in `Files/`, under the name that a page asks for. The compiler puts it into the program.
enum EmbeddedFiles {
    static let all: [(name: String, bytes: [UInt8])] = [
        ("page.css", PackageResources.page_css),
        ("page.js", PackageResources.page_js),
        ("overview.js", PackageResources.overview_js),
        ("alarms.js", PackageResources.alarms_js),
        ("commands.js", PackageResources.commands_js),
        ("login.js", PackageResources.login_js),
        ("energy.js", PackageResources.energy_js),
        ("series.js", PackageResources.series_js),
        ("assets.js", PackageResources.assets_js),
        ("asset.js", PackageResources.asset_js),
        ("co2.js", PackageResources.co2_js),
        ("vehicles.js", PackageResources.vehicles_js),
        ("group.js", PackageResources.group_js),
        ("storage.js", PackageResources.storage_js),
        ("charging.js", PackageResources.charging_js),
        ("data.js", PackageResources.data_js),
        ("plan.js", PackageResources.plan_js),
        ("replay.js", PackageResources.replay_js),
        ("studies.js", PackageResources.studies_js),
        ("openapi.json", PackageResources.openapi_json),
    ]
}
