// SPDX-License-Identifier: Apache-2.0
// HTTP requests and responses as plain values, for both ends.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "core/base/socket_address.h"

namespace parlour::net {

/// Names in lower case; repeated fields are joined by ", " (RFC 9110 section 5.3).
using Headers = std::map<std::string, std::string>;

struct HttpRequest {
    std::string method;  ///< as sent; HEAD arrives as "GET" with isHead
    bool isHead = false; ///< the server drops the body by itself
    std::string target;  ///< as sent: path and query, still encoded
    std::string path;    ///< percent-decoded, starts with '/'; no control characters; repeated slashes kept
    std::map<std::string, std::string> query;  ///< decoded
    Headers headers;
    std::string body;
    base::SocketAddress remote;
    bool secure = false; ///< came by TLS

    /// "" when absent; `name` in lower case.
    std::string_view header(std::string_view name) const {
        const auto it = headers.find(std::string(name));
        return it == headers.end() ? std::string_view{} : std::string_view(it->second);
    }
};

struct HttpResponse {
    int status = 200;
    Headers headers;     ///< content-length, date and connection are ours
    std::string body;

    static HttpResponse text(int status, std::string body) {
        return {status, {{"content-type", "text/plain; charset=utf-8"}}, std::move(body)};
    }
    static HttpResponse json(int status, std::string body) {
        return {status, {{"content-type", "application/json"}}, std::move(body)};
    }
    std::string_view header(std::string_view name) const {
        const auto it = headers.find(std::string(name));
        return it == headers.end() ? std::string_view{} : std::string_view(it->second);
    }
};

}  // namespace parlour::net
