// SPDX-License-Identifier: Apache-2.0
// An error as a person should read it: what happened, what to do, and a detail that can be copied into a report.
#pragma once

#include <string>
#include <string_view>

#include "core/base/expected.h"

namespace parlour::base {

/// Closed list; every place that shows or maps errors switches over it without a default.
enum class ErrorKind {
    invalidInput,   ///< what was given cannot be right, whoever asks
    notFound,       ///< no such thing, or no right to know whether there is one
    refused,        ///< understood, and not allowed to this person now
    conflict,       ///< somebody else was first; ask again with the new state
    expired,        ///< it was right once
    exhausted,      ///< a limit is reached (uses, seats, rate)
    unreachable,    ///< the other side does not answer
    untrusted,      ///< certificate, signature or fingerprint does not fit
    unavailable,    ///< a part of this machine is missing (device, disk space, sound server)
    cancelled,      ///< given up on purpose
    internal,       ///< a defect of ours
};

std::string_view toString(ErrorKind kind);

struct Error {
    ErrorKind kind = ErrorKind::internal;
    std::string code;     ///< stable and machine readable, e.g. "invitation_expired"
    std::string message;  ///< one sentence: what happened
    std::string advice;   ///< one sentence: what to do; may be empty
    std::string detail;   ///< technical text to copy; never a secret; may be empty
};

/// "message advice (detail)" in one line, for terminals and logs.
std::string describe(const Error& error);

template <class T>
using Result = Expected<T, Error>;

inline Unexpected<Error> fail(ErrorKind kind, std::string code, std::string message, std::string advice = {},
                              std::string detail = {}) {
    return Unexpected<Error>(
        Error{kind, std::move(code), std::move(message), std::move(advice), std::move(detail)});
}

}  // namespace parlour::base
