// SPDX-License-Identifier: Apache-2.0
// What the public port of a server is made of: address, certificate, limits, proxies. Any one thread.
#pragma once

#include <string>
#include <vector>

#include "core/base/doors/clock.h"
#include "core/net/http_server.h"
#include "core/server/config.h"
#include "core/server/data_folder.h"

namespace parlour::server {

struct Listening {
    net::HttpServerSettings settings;
    std::string pin;   ///< of a certificate nobody vouches for; goes into links
};
/// The certificate: files if given; one of our own, kept in the data folder so that links stay good, where strangers can listen;
/// none on loopback and behind --no-tls. Errors have a sentence.
base::Result<Listening> listeningOf(const ServerConfig& config, const DataFolder& folder, const base::Clock& clock);
/// The addresses people may dial when the listener is bound to all of them.
std::vector<std::string> reachableHosts(const base::IpAddress& listen);

}  // namespace parlour::server
