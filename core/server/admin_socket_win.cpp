// SPDX-License-Identifier: Apache-2.0
// Windows: the embedded server of the app needs no socket; parlourd there is ordered while it is stopped.
#include "core/server/admin.h"

namespace parlour::server {

struct AdminSocket::Impl {};

base::Result<std::unique_ptr<AdminSocket>> AdminSocket::listen(const std::string&, base::Executor&, Handle) {
    return base::fail(base::ErrorKind::unavailable, "admin_socket", "This system has no admin socket.", "Stop the server to give it orders.");
}
AdminSocket::AdminSocket(std::shared_ptr<Impl> impl) : m_impl(std::move(impl)) {}
AdminSocket::~AdminSocket() = default;

base::Result<std::string> askAdminSocket(const std::string&, const std::string&) {
    return base::fail(base::ErrorKind::unreachable, "no_server", "No server runs on this data folder.");
}

}  // namespace parlour::server
