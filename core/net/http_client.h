// SPDX-License-Identifier: Apache-2.0
// HTTP/1.1 requests: no redirects, no cookies, nothing but what was asked. Loop's thread only.
#pragma once

#include <functional>
#include <string>

#include "core/base/error.h"
#include "core/net/event_loop.h"
#include "core/net/http_message.h"
#include "core/net/pending.h"
#include "core/net/tls.h"
#include "core/net/url.h"

namespace parlour::net {

struct HttpCall {
    std::string method = "GET";
    Url url;              ///< http or https
    Headers headers;      ///< host and content-length are ours
    std::string body;
    TlsTrust trust;
    base::Duration timeout = std::chrono::seconds(10);  ///< for everything
    std::size_t maxBody = 1024 * 1024;                  ///< of the answer
};

using HttpAnswer = std::function<void(base::Result<HttpResponse>)>;

/// Any status is a value, not an error. Errors as connectTcp, plus unreachable with the codes "bad_http",
/// "connection_lost", "answer_timeout" and "answer_too_long".
Pending sendHttp(EventLoop& loop, HttpCall call, HttpAnswer answer);

}  // namespace parlour::net
