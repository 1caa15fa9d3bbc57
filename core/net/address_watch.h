// SPDX-License-Identifier: Apache-2.0
// Tells when the machine's network becomes another one: an address came or went, or the way out of it changed. Linux says so
// itself (rtnetlink); elsewhere the addresses are looked at each second. Loop's thread only.
#pragma once

#include <functional>
#include <memory>

#include "core/net/event_loop.h"

namespace parlour::net {

class AddressWatch {
  public:
    static constexpr base::Duration kLookEvery = std::chrono::seconds(1);        ///< where nobody tells
    static constexpr base::Duration kSettleTime = std::chrono::milliseconds(50); ///< changes come in bursts

    /// `changed` is called when what localAddresses() says, or the address of the default route, is not as it was. `outward`:
    /// it is that address; what leaves by the default route comes from another one now.
    AddressWatch(EventLoop& loop, std::function<void(bool outward)> changed);
    ~AddressWatch();
    AddressWatch(const AddressWatch&) = delete;

    struct Impl;

  private:
    std::shared_ptr<Impl> m_impl;
};

}  // namespace parlour::net
