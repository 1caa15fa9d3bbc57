// SPDX-License-Identifier: Apache-2.0
// macOS: the thread works for the loudspeaker's I/O thread (audio workgroup, macOS 11) and tells the kernel its rhythm
// (THREAD_TIME_CONSTRAINT_POLICY). Written from Apple's documentation; not built yet.
#include <CoreAudio/CoreAudio.h>
#include <mach/mach.h>
#include <mach/mach_time.h>
#include <mach/thread_policy.h>
#include <os/workgroup.h>

#include "audio/realtime.h"

namespace parlour::audio {
namespace {

constexpr double kPeriod = 5e6;        // ns: the pump's, which passes once for each call of the loudspeaker
constexpr double kWork = 2e6;
constexpr double kDeadline = 3.75e6;   // its next call comes 1.25 ms after that at the earliest

struct Workgroup {
    os_workgroup_t group = nullptr;
    os_workgroup_join_token_s token{};
};

template <class Value>
bool property(AudioObjectID object, AudioObjectPropertySelector selector, Value& value) {
    const AudioObjectPropertyAddress address{selector, kAudioObjectPropertyScopeGlobal, kAudioObjectPropertyElementMain};
    UInt32 size = sizeof value;
    return AudioObjectGetPropertyData(object, &address, 0, nullptr, &size, &value) == noErr;
}

Workgroup& ownWorkgroup() {
    static thread_local Workgroup workgroup;
    return workgroup;
}

void joinLoudspeaker() {
    if (@available(macOS 11.0, *)) {
        AudioObjectID device = kAudioObjectUnknown;
        os_workgroup_t group = nullptr;
        if (!property(kAudioObjectSystemObject, kAudioHardwarePropertyDefaultOutputDevice, device)) return;
        if (!property(device, kAudioDevicePropertyIOThreadOSWorkgroup, group) || group == nullptr) return;
        auto& own = ownWorkgroup();
        if (os_workgroup_join(group, &own.token) == 0) own.group = group;
    }
}

bool tellRhythm() {
    mach_timebase_info_data_t base{};
    if (mach_timebase_info(&base) != KERN_SUCCESS) return false;
    const auto ticks = [&](double ns) { return static_cast<std::uint32_t>(ns * base.denom / base.numer); };
    thread_time_constraint_policy_data_t policy{ticks(kPeriod), ticks(kWork), ticks(kDeadline), TRUE};
    return thread_policy_set(mach_thread_self(), THREAD_TIME_CONSTRAINT_POLICY, reinterpret_cast<thread_policy_t>(&policy),
                             THREAD_TIME_CONSTRAINT_POLICY_COUNT) == KERN_SUCCESS;
}

}  // namespace

RealtimeSystem systemRealtime() {
    RealtimeSystem system;
    system.take = [] {
        joinLoudspeaker();
        return tellRhythm();
    };
    system.leave = [] {
        auto& own = ownWorkgroup();
        if (@available(macOS 11.0, *)) {
            if (own.group != nullptr) os_workgroup_leave(own.group, &own.token);
        }
        own.group = nullptr;
    };
    system.thread = [] { return std::uint64_t{0}; };
    return system;
}

}  // namespace parlour::audio
