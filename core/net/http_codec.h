// SPDX-License-Identifier: Apache-2.0
// HTTP/1.1 messages as bytes in, values out (RFC 9112): no socket, no clock. Parsing by Beast, judged by our limits.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "core/base/byte_io.h"
#include "core/base/time.h"
#include "core/net/http_message.h"
#include "core/net/url.h"

namespace parlour::net {

enum class ParseState {
    header,   ///< more bytes of the header are wanted
    body,     ///< the header is complete, more bytes of the body are wanted
    done,
    failed,
};

/// One request. feed() until done or failed; the bytes behind it belong to the next one.
class HttpRequestParser {
  public:
    HttpRequestParser(std::size_t headerLimit, std::size_t bodyLimit);
    ~HttpRequestParser();

    /// Returns how many bytes from the front were used; give the rest again, with more behind it.
    std::size_t feed(base::ByteView bytes);
    ParseState state() const;
    /// When failed: the status to answer with (400, 413, 431, 505).
    int failureStatus() const;
    /// When done. remote and secure are left to the caller.
    HttpRequest take();
    bool keepAlive() const;
    /// "Expect: 100-continue" stands in the header (from state body on).
    bool expectsContinue() const;

  private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

/// One response, for the client.
class HttpResponseParser {
  public:
    /// `noBody`: the answer to HEAD.
    HttpResponseParser(std::size_t headerLimit, std::size_t bodyLimit, bool noBody = false);
    ~HttpResponseParser();
    std::size_t feed(base::ByteView bytes);
    /// The connection has ended: completes a body without length.
    void end();
    ParseState state() const;
    bool tooLong() const;
    HttpResponse take();

  private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

/// Splits an origin-form target ("/path?query", or "*"); false for anything else, broken escapes and control characters.
bool splitTarget(HttpRequest& request);

/// Status line, headers, body. Header fields with characters that could forge another are left out.
std::string formatResponse(const HttpResponse& response, bool keepAlive, bool isHead, base::WallTime now);
std::string formatRequest(const std::string& method, const Url& url, const Headers& headers, const std::string& body,
                          bool keepAlive);
/// Comma-separated list holds this token, in any case (Connection, Upgrade).
bool hasToken(std::string_view list, std::string_view token);

}  // namespace parlour::net
