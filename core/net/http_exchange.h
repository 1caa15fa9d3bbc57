// SPDX-License-Identifier: Apache-2.0
// One request to a server and the answer, over a new connection; the HTTP client and the WebSocket handshake use it.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "core/base/byte_io.h"
#include "core/net/http_codec.h"
#include "core/net/tcp_stream.h"

namespace parlour::net {

struct ExchangeRequest {
    ConnectOptions connect;      ///< its timeout is for everything
    std::string bytes;           ///< the whole request
    bool noBody = false;         ///< HEAD
    std::size_t maxBody = 0;
};

struct ExchangeAnswer {
    HttpResponse response;
    std::shared_ptr<TcpStream> stream;  ///< still open
    base::Bytes early;                  ///< what came behind the response
};

/// Errors as in http_client.h.
Pending exchange(EventLoop& loop, ExchangeRequest request, std::function<void(base::Result<ExchangeAnswer>)> answer);

}  // namespace parlour::net
