// SPDX-License-Identifier: Apache-2.0
// Linux: the thread's own right (RLIMIT_RTPRIO, CAP_SYS_NICE), else rtkit (org.freedesktop.RealtimeKit1 on the system bus).
// A real-time thread that never pauses would freeze the machine, so there is a limit (RLIMIT_RTTIME) for the whole process: at the
// soft one the kernel sends SIGXCPU, and the sound threads go back to normal; at the hard one it ends the process. By our own
// right the soft one is enough. rtkit reads the hard one (/proc/PID/limits) and refuses above 200 ms, so it is lowered then only.
#include <sched.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "audio/realtime.h"
#include "core/base/thread.h"

#if defined(PARLOUR_HAVE_DBUS)
#include <dbus/dbus.h>
#endif

namespace parlour::audio {
namespace {

constexpr std::size_t kMostThreads = 16;
std::array<std::atomic<pid_t>, kMostThreads> soundThreads{};  // what the signal's handler can reach

constexpr rlim_t kHardLimit = 200'000;  // µs
rlim_t softOf(rlim_t hard) { return std::min(hard, kHardLimit) * 3 / 4; }

pid_t threadNumber() { return static_cast<pid_t>(::syscall(SYS_gettid)); }

extern "C" void backToNormal(int) {
    const int kept = errno;
    // The kernel has put the soft limit a second further, beyond the hard one: back, for threads to come.
    rlimit limit{};
    if (::getrlimit(RLIMIT_RTTIME, &limit) == 0 && limit.rlim_cur > softOf(limit.rlim_max)) {
        limit.rlim_cur = softOf(limit.rlim_max);
        ::setrlimit(RLIMIT_RTTIME, &limit);
    }
    const sched_param normal{};
    for (auto& thread : soundThreads)
        // rtkit sets the flag, and only a privileged process may clear it: with it everybody may step down.
        if (const auto id = thread.load(std::memory_order_relaxed); id != 0) ::sched_setscheduler(id, SCHED_OTHER | SCHED_RESET_ON_FORK, &normal);
    errno = kept;
}

void enlist() {
    struct sigaction now{};
    if (::sigaction(SIGXCPU, nullptr, &now) == 0 && (now.sa_flags & SA_SIGINFO) == 0 && now.sa_handler == SIG_DFL) {
        struct sigaction ours{};
        ours.sa_handler = &backToNormal;
        ours.sa_flags = SA_RESTART;
        ::sigemptyset(&ours.sa_mask);
        ::sigaction(SIGXCPU, &ours, nullptr);
    }
    const auto own = threadNumber();
    for (const auto& slot : soundThreads)
        if (slot.load(std::memory_order_relaxed) == own) return;  // asks again
    for (auto& slot : soundThreads) {
        pid_t free = 0;
        if (slot.compare_exchange_strong(free, own)) return;
    }
}

void strikeOff() {
    for (auto& slot : soundThreads) {
        pid_t own = threadNumber();
        if (slot.compare_exchange_strong(own, 0)) return;
    }
}

#if defined(PARLOUR_HAVE_DBUS)

constexpr const char* kName = "org.freedesktop.RealtimeKit1";
constexpr const char* kPath = "/org/freedesktop/RealtimeKit1";
constexpr dbus_uint32_t kPriority = 10;  // rtkit gives 20 at most
constexpr dbus_int32_t kNice = -11;
constexpr int kPatience = 5'000;         // ms

struct CloseBus {
    void operator()(DBusConnection* bus) const {
        dbus_connection_close(bus);
        dbus_connection_unref(bus);
    }
};
struct FreeMessage {
    void operator()(DBusMessage* message) const { dbus_message_unref(message); }
};

bool call(DBusConnection* bus, const char* method, dbus_uint64_t thread, int type, const void* value) {
    const std::unique_ptr<DBusMessage, FreeMessage> message(dbus_message_new_method_call(kName, kPath, kName, method));
    if (!message || !dbus_message_append_args(message.get(), DBUS_TYPE_UINT64, &thread, type, value, DBUS_TYPE_INVALID)) return false;
    DBusError error;
    dbus_error_init(&error);
    const std::unique_ptr<DBusMessage, FreeMessage> reply(dbus_connection_send_with_reply_and_block(bus, message.get(), kPatience, &error));
    dbus_error_free(&error);
    return reply && dbus_message_get_type(reply.get()) == DBUS_MESSAGE_TYPE_METHOD_RETURN;
}

Realtime askRtkit(std::uint64_t thread) {
    dbus_threads_init_default();
    DBusError error;
    dbus_error_init(&error);
    const std::unique_ptr<DBusConnection, CloseBus> bus(dbus_bus_get_private(DBUS_BUS_SYSTEM, &error));
    dbus_error_free(&error);
    if (!bus) return Realtime::refused;
    dbus_connection_set_exit_on_disconnect(bus.get(), FALSE);
    rlimit limit{};
    if (::getrlimit(RLIMIT_RTTIME, &limit) == 0 && limit.rlim_max > kHardLimit) {
        limit.rlim_max = kHardLimit;
        limit.rlim_cur = softOf(kHardLimit);
        ::setrlimit(RLIMIT_RTTIME, &limit);
    }
    if (call(bus.get(), "MakeThreadRealtime", thread, DBUS_TYPE_UINT32, &kPriority)) return Realtime::granted;
    return call(bus.get(), "MakeThreadHighPriority", thread, DBUS_TYPE_INT32, &kNice) ? Realtime::high : Realtime::refused;
}

#endif

}  // namespace

RealtimeSystem systemRealtime() {
    RealtimeSystem system;
    system.take = [] {
        enlist();
        return base::requestRealtime();  // sets the soft limit, too, whatever comes of it
    };
    // Not by what the handler did: rtkit, too, takes away what it gave when the whole machine stands still.
    system.has = [] { return (::sched_getscheduler(0) & ~SCHED_RESET_ON_FORK) != SCHED_OTHER; };
    system.leave = &strikeOff;
    system.thread = [] { return static_cast<std::uint64_t>(threadNumber()); };
#if defined(PARLOUR_HAVE_DBUS)
    system.ask = &askRtkit;
#endif
    return system;
}

}  // namespace parlour::audio
