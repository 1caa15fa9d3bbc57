// SPDX-License-Identifier: Apache-2.0
// The QML engine with the pages: static plugins, no network for QML, our icons. Shared by the app and its tests.
// Thread: UI.
#pragma once

#include <QQmlApplicationEngine>
#include <QString>
#include <functional>
#include <memory>

class QQuickWindow;

namespace parlour::ui {
class AppModel;
}

namespace parlour::desktop {

/// Chooses among Wayland, X11 and offscreen when nothing else is asked for; true when there is no display. Before QGuiApplication.
bool choosePlatform();

class MainWindow {
  public:
    explicit MainWindow(ui::AppModel& app);
    ~MainWindow();
    /// False when the pages could not be loaded (a broken installation).
    bool load();
    QQuickWindow* window() const { return m_window; }
    /// Saves the window's picture; call from the event loop once something is shown.
    bool screenshot(const QString& file) const;

  private:
    struct DenyNetwork;
    std::unique_ptr<DenyNetwork> m_deny;
    QQmlApplicationEngine m_engine;
    QQuickWindow* m_window = nullptr;
};

}  // namespace parlour::desktop
