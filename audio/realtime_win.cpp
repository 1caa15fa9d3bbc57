// SPDX-License-Identifier: Apache-2.0
// Windows: the multimedia class scheduler, task "Pro Audio" (avrt.h). Written from Microsoft's documentation; compiled with MinGW-w64, not run yet.
#include <windows.h>

#include <avrt.h>

#include "audio/realtime.h"
#include "core/base/thread.h"

#pragma comment(lib, "avrt")

namespace parlour::audio {

RealtimeSystem systemRealtime() {
    static thread_local HANDLE task = nullptr;
    RealtimeSystem system;
    system.take = [] {
        DWORD index = 0;
        task = AvSetMmThreadCharacteristicsW(L"Pro Audio", &index);
        return task != nullptr || base::requestRealtime();  // the scheduler's service may be off
    };
    system.leave = [] {
        if (task != nullptr) AvRevertMmThreadCharacteristics(task);
        task = nullptr;
    };
    system.thread = [] { return static_cast<std::uint64_t>(GetCurrentThreadId()); };
    return system;
}

}  // namespace parlour::audio
