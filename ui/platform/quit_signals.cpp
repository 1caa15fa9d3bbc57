// SPDX-License-Identifier: Apache-2.0
#include "ui/platform/quit_signals.h"

#ifndef Q_OS_WIN
#include <QSocketNotifier>
#include <csignal>
#include <sys/socket.h>
#include <unistd.h>
#endif

namespace parlour::ui {

#ifndef Q_OS_WIN
namespace {
// A signal handler may touch nothing but this: a pair of sockets, ours for the life of the program.
int signalPair[2] = {-1, -1};

extern "C" void noteSignal(int number) {
    std::signal(number, SIG_DFL);   // the second one ends at once
    const char byte = 1;
    if (::write(signalPair[0], &byte, 1) < 0) return;
}
}  // namespace

QuitSignals::QuitSignals(QObject* parent) : QObject(parent) {
    if (::socketpair(AF_UNIX, SOCK_STREAM, 0, signalPair) != 0) return;
    auto* notifier = new QSocketNotifier(signalPair[1], QSocketNotifier::Read, this);
    connect(notifier, &QSocketNotifier::activated, this, [this] {
        char byte = 0;
        if (::read(signalPair[1], &byte, 1) == 1) emit asked();
    });
    for (const int number : {SIGTERM, SIGINT, SIGHUP}) std::signal(number, &noteSignal);
}

QuitSignals::~QuitSignals() {
    for (const int number : {SIGTERM, SIGINT, SIGHUP}) std::signal(number, SIG_DFL);
    for (int& end : signalPair) {
        if (end >= 0) ::close(end);
        end = -1;
    }
}
#else
QuitSignals::QuitSignals(QObject* parent) : QObject(parent) {}
QuitSignals::~QuitSignals() = default;
#endif

}  // namespace parlour::ui
