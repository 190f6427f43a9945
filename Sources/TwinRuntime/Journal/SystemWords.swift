import Foundation

extension Error {
    /// The system's words for why a call on files failed, `Not a directory`; Foundation's own are often a number.
    public var systemWords: String {
        let error = self as NSError
        let cause = error.userInfo[NSUnderlyingErrorKey] as? NSError ?? error
        guard cause.domain == NSPOSIXErrorDomain else { return error.localizedDescription }
        return String(cString: strerror(Int32(clamping: cause.code)))
    }
}
