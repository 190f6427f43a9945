import Hummingbird
import TwinCore

/// What machines ask: whether it lives, whether it works, what it counts, what it is.
enum HealthRoutes {
    static let names: Set<String> = ["healthz", "readyz", "metrics", "version", "openapi", "files", "live"]

    static func add(_ source: PageSource, _ meter: ServerMeter, to router: Router<PageContext>) {
        router.get("healthz") { _, _ in Response.json(.fields(["status": .string("ok")])) }
        router.get("readyz") { _, _ in
            let readiness = Readiness(source)
            return Response.json(readiness.json, status: readiness.isReady ? .ok : .serviceUnavailable)
        }
        router.get("version") { _, _ in
            let parts = BuildName(source.build)
            return Response.json(
                .fields([
                    "name": .string("plant-twin"), "version": .string(parts.version), "build": .string(parts.build),
                ]))
        }
        router.get("openapi.json") { _, _ in Response.json(bytes: PackageResources.openapi_json) }
        router.get("metrics") { _, _ in
            let metrics = PlantMetrics(source: source, server: meter.counts)
            return Response.of(Array(metrics.text.text.utf8), "text/plain; version=0.0.4; charset=utf-8")
        }
    }
}
