// SPDX-License-Identifier: Apache-2.0
// OpenSSL contexts made of our settings; only tcp_stream.cpp uses it.
#pragma once

#include <string>

#include "core/base/error.h"
#include "core/net/tls.h"

struct ssl_ctx_st;
struct ssl_st;

namespace parlour::net {

/// The caller owns the context. invalidInput ("tls_credentials") when key and certificate do not fit.
base::Result<ssl_ctx_st*> makeServerContext(const TlsCredentials& credentials);

/// `trust` must outlive every handshake with the context.
base::Result<ssl_ctx_st*> makeClientContext(const TlsTrust& trust);

/// Server name indication, and the name or address the certificate must carry (not looked at with a pin).
bool expectHost(ssl_st* connection, const std::string& host);

/// untrusted, naming host and reason, when the certificate was the trouble; otherwise unreachable ("tls_failed").
base::Error handshakeError(ssl_st* connection, const std::string& host, const TlsTrust& trust, const std::string& detail);

}  // namespace parlour::net
