// SPDX-License-Identifier: Apache-2.0
#include "core/base/thread.h"

#include <algorithm>

#if defined(__linux__)
#include <pthread.h>
#include <sched.h>
#include <sys/resource.h>
#elif defined(__APPLE__)
#include <pthread.h>
#elif defined(_WIN32)
#include <windows.h>
#endif

namespace parlour::base {

Thread::Thread(std::string name, ThreadPriority priority, std::function<void()> body)
    : m_thread([name = std::move(name), priority, body = std::move(body)] {
          setThreadName(name);
          if (priority == ThreadPriority::realtime) requestRealtime();
          body();
      }) {}

void setThreadName(const std::string& name) {
#if defined(__linux__)
    pthread_setname_np(pthread_self(), name.substr(0, 15).c_str());
#elif defined(__APPLE__)
    pthread_setname_np(name.c_str());
#else
    (void)name;
#endif
}

bool requestRealtime() {
#if defined(__linux__)
    // A runaway real-time thread would freeze the machine: after 150 ms without a pause the kernel sends SIGXCPU
    // (audio/realtime_linux.cpp). Only the soft limit: both are the whole process's and its children's, and beyond the hard
    // one, which nobody gets back, the kernel ends the process.
    rlimit limit{};
    if (getrlimit(RLIMIT_RTTIME, &limit) != 0) return false;
    limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, 200'000) * 3 / 4;
    if (setrlimit(RLIMIT_RTTIME, &limit) != 0) return false;
    sched_param parameters{};
    parameters.sched_priority = 10;
    return pthread_setschedparam(pthread_self(), SCHED_RR, &parameters) == 0;
#elif defined(_WIN32)
    return SetThreadPriority(GetCurrentThread(), THREAD_PRIORITY_TIME_CRITICAL) != 0;
#else
    return false;
#endif
}

}  // namespace parlour::base
