// SPDX-License-Identifier: Apache-2.0
#include "core/rtc/sctp_driver.h"

#include <usrsctp.h>

#include <algorithm>
#include <map>

namespace parlour::rtc {
namespace {

constexpr base::Duration kLongestStep = std::chrono::seconds(60);

}  // namespace

struct SctpDriver::Registry {
    std::map<std::uintptr_t, Sink*> sinks;
    std::uintptr_t next = 1;
};

namespace {

// The library calls back with the registered address only; this is the way back to the driver.
std::weak_ptr<SctpDriver>& theDriver() {
    static std::weak_ptr<SctpDriver> driver;
    return driver;
}

int onLibraryOutput(void* address, void* buffer, size_t length, std::uint8_t, std::uint8_t) {
    // Called inside a library call, so the lock is held by us already.
    if (const auto driver = theDriver().lock())
        if (auto* sink = driver->find(reinterpret_cast<std::uintptr_t>(address)))
            sink->onPacket({static_cast<const std::byte*>(buffer), length});
    return 0;
}

}  // namespace

SctpDriver::SctpDriver() : m_registry(std::make_shared<Registry>()) {
    usrsctp_init_nothreads(0, onLibraryOutput, nullptr);
    usrsctp_enable_crc32c_offload();   // SctpAssociation does them, for it changes ports
    usrsctp_sysctl_set_sctp_ecn_enable(0);
    usrsctp_sysctl_set_sctp_asconf_enable(0);
    usrsctp_sysctl_set_sctp_auth_enable(0);
    usrsctp_sysctl_set_sctp_auto_asconf(0);
    usrsctp_sysctl_set_sctp_rto_initial_default(250);   // 1 s, the default, was hit while joining
    usrsctp_sysctl_set_sctp_rto_min_default(200);
    usrsctp_sysctl_set_sctp_rto_max_default(5'000);
    usrsctp_sysctl_set_sctp_init_rto_max_default(2'000);
    usrsctp_sysctl_set_sctp_delayed_sack_time_default(20);
    usrsctp_sysctl_set_sctp_sendspace(256 * 1024);
    usrsctp_sysctl_set_sctp_recvspace(256 * 1024);
    usrsctp_tunable_set_sctp_pcbtblsize(1);   // each socket has one association: no table of 256 places for it
    usrsctp_sysctl_set_sctp_nr_outgoing_streams_default(16);   // 65 535 cost megabytes each (security T41)
}

std::shared_ptr<SctpDriver> SctpDriver::acquire() {
    static std::mutex creation;
    static std::shared_ptr<SctpDriver> kept;
    const std::lock_guard guard(creation);
    if (!kept) {
        kept = std::shared_ptr<SctpDriver>(new SctpDriver);
        theDriver() = kept;
    }
    return kept;
}

std::uintptr_t SctpDriver::add(Sink& sink) {
    const auto id = m_registry->next++;
    m_registry->sinks[id] = &sink;
    usrsctp_register_address(reinterpret_cast<void*>(id));
    return id;
}

void SctpDriver::remove(std::uintptr_t id) {
    usrsctp_deregister_address(reinterpret_cast<void*>(id));
    m_registry->sinks.erase(id);
}

SctpDriver::Sink* SctpDriver::find(std::uintptr_t id) const {
    const auto found = m_registry->sinks.find(id);
    return found == m_registry->sinks.end() ? nullptr : found->second;
}

void SctpDriver::advance(base::TimePoint now, base::Duration step) {
    const auto elapsed = now - m_last;
    if (elapsed < base::Duration{0} || elapsed > kLongestStep) {
        m_last = now;
        return;
    }
    if (elapsed < step) return;
    const auto ms = base::toMs(elapsed);
    m_last += std::chrono::milliseconds(ms);
    usrsctp_handle_timers(static_cast<std::uint32_t>(ms));
}

}  // namespace parlour::rtc
