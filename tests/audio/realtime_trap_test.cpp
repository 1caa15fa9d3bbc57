// SPDX-License-Identifier: Apache-2.0
// The replaced functions of tests/support/realtime_trap.h.
#include "tests/support/realtime_trap.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define PARLOUR_TRAP 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define PARLOUR_TRAP 0
#endif
#endif
#if !defined(PARLOUR_TRAP)
#if defined(__GLIBC__) || __has_include(<gnu/libc-version.h>)
#define PARLOUR_TRAP 1
#else
#define PARLOUR_TRAP 0
#endif
#endif

namespace {
thread_local bool armed = false;
thread_local std::uint64_t trapped = 0;
}  // namespace

#if PARLOUR_TRAP
#include <dlfcn.h>
#include <pthread.h>

#include <cstddef>

extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* old, std::size_t size);
void __libc_free(void* p);

void* malloc(std::size_t size) {
    if (armed) ++trapped;
    return __libc_malloc(size);
}
void* calloc(std::size_t count, std::size_t size) {
    if (armed) ++trapped;
    return __libc_calloc(count, size);
}
void* realloc(void* old, std::size_t size) {
    if (armed) ++trapped;
    return __libc_realloc(old, size);
}
void free(void* p) {
    if (armed && p) ++trapped;
    __libc_free(p);
}
int pthread_mutex_lock(pthread_mutex_t* mutex) {
    using Lock = int (*)(pthread_mutex_t*);
    static const Lock real = reinterpret_cast<Lock>(dlsym(RTLD_NEXT, "pthread_mutex_lock"));
    if (armed) ++trapped;
    return real(mutex);
}
int pthread_cond_signal(pthread_cond_t* condition) {
    using Signal = int (*)(pthread_cond_t*);
    static const Signal real = reinterpret_cast<Signal>(dlsym(RTLD_NEXT, "pthread_cond_signal"));
    if (armed) ++trapped;
    return real(condition);
}
}
#endif

namespace parlour::tests {

RealtimeTrap::Armed::Armed() { armed = true; }
RealtimeTrap::Armed::~Armed() { armed = false; }
bool RealtimeTrap::works() { return PARLOUR_TRAP != 0; }
std::uint64_t RealtimeTrap::count() const { return trapped; }
void RealtimeTrap::reset() { trapped = 0; }

}  // namespace parlour::tests
