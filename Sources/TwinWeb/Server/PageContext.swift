import Hummingbird

/// What is known of a request.
struct PageContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// Who asks; by default somebody who may look and no more.
    var visitor = Visitor.anybody

    init(source: ApplicationRequestContextSource) { coreContext = CoreRequestContextStorage(source: source) }

    /// Larger bodies are refused.
    var maxUploadSize: Int { 1 << 20 }
}
