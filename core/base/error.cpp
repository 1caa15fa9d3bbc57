// SPDX-License-Identifier: Apache-2.0
#include "core/base/error.h"

namespace parlour::base {

std::string_view toString(ErrorKind kind) {
    switch (kind) {
        case ErrorKind::invalidInput: return "invalid_input";
        case ErrorKind::notFound: return "not_found";
        case ErrorKind::refused: return "refused";
        case ErrorKind::conflict: return "conflict";
        case ErrorKind::expired: return "expired";
        case ErrorKind::exhausted: return "exhausted";
        case ErrorKind::unreachable: return "unreachable";
        case ErrorKind::untrusted: return "untrusted";
        case ErrorKind::unavailable: return "unavailable";
        case ErrorKind::cancelled: return "cancelled";
        case ErrorKind::internal: return "internal";
    }
    return "internal";
}

std::string describe(const Error& error) {
    std::string text = error.message;
    if (!error.advice.empty()) text += (text.empty() ? "" : " ") + error.advice;
    if (!error.detail.empty()) text += " (" + error.detail + ")";
    return text;
}

}  // namespace parlour::base
