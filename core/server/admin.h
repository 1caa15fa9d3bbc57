// SPDX-License-Identifier: Apache-2.0
// What the administrator may order, as one JSON line in and one out: {"command":"room.create","title":…} answers
// {"ok":…} or {"error":{kind,code,message,advice,detail}}. Reached by a 0600 socket in the data folder while the server
// runs; otherwise the command line opens the house itself under the folder's lock.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "core/base/doors/executor.h"
#include "core/base/error.h"
#include "core/base/thread.h"
#include "core/server/house_service.h"

namespace parlour::server {

/// Commands: room.create {title}, room.list, room.end {room}, invite.create {room, role, uses?, expires_in_s?},
/// invite.list {room?}, invite.revoke {id, scope?}, metrics, ping, request {method, path, body?}: a line of house_routes.h. Net thread; `answer` is called there once.
class AdminCommands {
  public:
    explicit AdminCommands(HouseService& house, std::function<void(std::function<void(std::string)>)> metricsText = {});
    void run(const std::string& line, std::function<void(std::string)> answer);

  private:
    HouseService& m_house;
    std::function<void(std::function<void(std::string)>)> m_metricsText;
};

inline constexpr std::size_t kMaxAdminLine = 64 * 1024;

/// The socket and a thread of its own that reads one line at a time, so that a slow administrator delays nobody else.
class AdminSocket {
  public:
    /// `handle` is posted to `net` for every line; call `answer` from any thread. Removes a stale socket file.
    using Handle = std::function<void(const std::string& line, std::function<void(std::string)> answer)>;
    static base::Result<std::unique_ptr<AdminSocket>> listen(const std::string& file, base::Executor& net, Handle handle);
    /// Closes, joins, removes the file. Not while `net` waits for a handler of ours.
    ~AdminSocket();

  private:
    struct Impl;
    explicit AdminSocket(std::shared_ptr<Impl> impl);
    std::shared_ptr<Impl> m_impl;
};

/// Client side, blocking, at most 30 s. unreachable "no_server" when nobody listens there.
base::Result<std::string> askAdminSocket(const std::string& file, const std::string& line);

}  // namespace parlour::server
