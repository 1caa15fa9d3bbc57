// SPDX-License-Identifier: Apache-2.0
#include "core/server/offline_house.h"

#include <future>

#include "core/base/thread_executor.h"
#include "core/house/store/store.h"
#include "core/server/admin.h"
#include "core/server/data_folder.h"
#include "core/server/house_service.h"
#include "core/server/store_opening.h"

namespace parlour::server {

namespace {

constexpr int kTries = 40;
constexpr base::Duration kLockWait = std::chrono::milliseconds(250);
constexpr auto kAnswerTime = std::chrono::seconds(30);

/// Nobody is connected: every order is in force at once.
class NoMedia final : public MediaEngine {
  public:
    void setRights(const base::RoomId&, const base::Identity&, const MediaRights&, Acknowledge done) override { done(); }
    void mute(const base::RoomId&, const base::Identity&, Acknowledge done) override { done(); }
    void remove(const base::RoomId&, const base::Identity&, Acknowledge done) override { done(); }
    void relay(const base::RoomId&, const base::Identity&, std::vector<base::Bytes>) override {}
    void endRoom(const base::RoomId&, Acknowledge done) override { done(); }
};

/// Where the server will listen; "" = nobody can know yet (a free port, or a certificate that is still to be made).
std::string likelyAddress(const ServerConfig& config) {
    if (!config.publicUrl.empty()) return config.publicUrl;
    const auto& at = config.listen;
    if (at.port == 0 || !at.ip.isLoopback() || config.tls != TlsChoice::automatic) return {};
    return "http://" + at.toString();
}

base::Result<std::string> runOffline(const ServerConfig& config, const base::Clock& clock, const DataFolder& folder,
                                     const std::string& line) {
    auto opened = openStoreAlone(folder, config.store);
    if (!opened) return base::Unexpected(std::move(opened).error());
    const auto& store = opened->store;
    NoMedia media;
    base::ThreadExecutor net("net", clock);
    base::ThreadExecutor houseThread("house", clock);
    HouseService house(net, houseThread, clock, *store, media, config.policy);
    AdminCommands commands(house);
    auto promise = std::make_shared<std::promise<std::string>>();
    auto future = promise->get_future();
    net.post([&] {
        // A server that has never run has no address yet: links lead to where it will listen.
        if (const auto base = likelyAddress(config); !base.empty())
            house.setAddress({base, "ws" + base.substr(4), {base}, {}, config.name, config.publicUrl.empty()});
        house.open([&, promise](base::Result<std::size_t> rooms) {
            if (!rooms) return promise->set_value("");
            commands.run(line, [promise](std::string answer) { promise->set_value(std::move(answer)); });
        });
    });
    if (future.wait_for(kAnswerTime) != std::future_status::ready)
        return base::fail(base::ErrorKind::unavailable, "no_answer", "The house did not answer in time.", "Try again.");
    const std::string answer = future.get();
    if (answer.empty()) return base::fail(base::ErrorKind::unavailable, "store_unavailable", "The house's database cannot be opened.");
    return answer;
}

}  // namespace

base::Result<std::string> runAdminCommand(const ServerConfig& config, const base::Clock& clock, const std::string& line) {
    const std::string path = config.data.empty() ? defaultDataFolder() : config.data;
    base::Error last;
    for (int i = 0; i < kTries; ++i) {
        auto answer = askAdminSocket(DataFolder::socketFile(path), line);
        if (answer || answer.error().code != "no_server") return answer;
        auto folder = DataFolder::open(path, kLockWait);
        if (folder) return runOffline(config, clock, **folder, line);
        last = folder.error();
        if (last.code != "data_folder_in_use") break;
    }
    return base::Unexpected(std::move(last));
}

}  // namespace parlour::server
