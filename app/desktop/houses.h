// SPDX-License-Identifier: Apache-2.0
// The app's door to the houses: one signed-in client for each, made at its first request.
// Thread: request() from the UI thread, the rest on the net thread.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "core/net/event_loop.h"
#include "core/room/house_client.h"
#include "ui/models/house_client.h"

namespace parlour::desktop {

class Houses final : public ui::HouseClient {
  public:
    Houses(net::EventLoop& loop, room::PersonKeys& keys);
    ~Houses() override;
    void request(const std::string& house, const std::string& path, const std::string& body,
                 std::function<void(base::Result<std::string>)> done) override;
    void signTerms(const std::string& house, const std::string& view, int version,
                   std::function<void(base::Result<std::string>)> done) override;

  private:
    base::Result<room::HouseClient*> clientOf(const std::string& house);
    net::EventLoop& m_loop;
    room::PersonKeys& m_keys;
    std::map<std::string, std::unique_ptr<room::HouseClient>> m_clients;
};

}  // namespace parlour::desktop
