// SPDX-License-Identifier: Apache-2.0
// A house whose sound is carried by a LiveKit server: engine, presence and tokens put together, in the place of BuiltinEngine
// and LiveKitEndpoint. People get LiveKit's address and a token of LiveKit's; what the house says of them becomes attributes,
// permissions and room metadata there; who comes and goes is heard from webhooks and by looking. Thread: net.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "core/base/doors/clock.h"
#include "core/base/doors/executor.h"
#include "core/net/event_loop.h"
#include "core/net/http_server.h"
#include "core/net/url.h"
#include "core/server/endpoint_house.h"
#include "core/server/house_events.h"
#include "core/server/livekit_engine.h"

namespace parlour::server {

struct LiveKitHouseSettings {
    std::string url;            ///< ws:// or wss://, given to people
    std::string serviceUrl;     ///< where the house asks; empty = the same place by http or https
    std::string keyFile;        ///< "KEY: SECRET", as livekit-server --key-file takes it
    std::chrono::seconds ticket{60};   ///< life of a token: as long as the house keeps the place for somebody who has not come
};

class LiveKitHouse {
  public:
    /// invalidInput with a sentence: addresses, key file. `ours`: asked before each call; while it says no LiveKit is told nothing, as
    /// it obeys two masters. Empty: there is no other.
    static base::Result<std::unique_ptr<LiveKitHouse>> make(net::EventLoop& loop, const base::Clock& clock, const LiveKitHouseSettings& settings,
                                                            LiveKitNames names, std::function<bool()> ours = {});
    ~LiveKitHouse();

    /// For HouseService; lives as long as this.
    LiveKitEngine& engine();
    /// Where people's clients go.
    const net::Url& url() const;
    /// Once the house is there, before it is open.
    void attach(EndpointHouse house);
    HouseEvents houseEvents();
    /// The thread on which the engine is asked; it ends before this.
    void watchOver(base::Executor& house);

    /// Webhooks, and /rtc: nobody joins here; who comes with a token of the house is told to ask for LiveKit's.
    bool handleRequest(const net::HttpRequest& request, const net::Respond& respond);
    bool handleUpgrade(const net::HttpRequest& request, const net::Upgrade& upgrade);
    /// A grant of the house, for LiveKit: the person is admitted, then gets LiveKit's address and token. Where the person has to
    /// wait in line the grant stays as it is; its address says so.
    void exchange(api::JoinGrant grant, HouseService::Answer<api::JoinGrant> answer);
    void drain();
    /// Lines for /metrics.
    std::string metricsText() const;

    struct Impl;

  private:
    explicit LiveKitHouse(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> m_impl;
};

/// The first key of the file. Errors as loadApiKeys.
base::Result<signal::TokenKey> readLiveKitKey(const std::string& file);

}  // namespace parlour::server
