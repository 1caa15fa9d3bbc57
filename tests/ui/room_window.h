// SPDX-License-Identifier: Apache-2.0
// A window of the app on the offline twin, with what tests ask of it: nodes of the accessibility tree, keys, items.
#pragma once

#include <QAccessible>
#include <QQuickItem>
#include <QQuickWindow>
#include <QString>
#include <QStringList>
#include <functional>
#include <memory>
#include <vector>

#include "app/desktop/window.h"
#include "tests/support/manual_clock.h"
#include "ui/models/app_model.h"
#include "ui/models/offline_client.h"

namespace parlour::tests {

struct Node {
    QAccessible::Role role;
    QString name;
    QString description;
    bool focusable = false;
    bool checkable = false;
    QAccessibleInterface* face = nullptr;
};

class RoomWindow {
  public:
    explicit RoomWindow(const QString& scene, QSize size = QSize(1280, 800));
    ~RoomWindow();

    /// Runs the event loop until `done` says so; false after five seconds.
    bool until(const std::function<bool()>& done);
    void settle();

    /// Visible nodes, depth first.
    std::vector<Node> nodes() const;
    QStringList names(QAccessible::Role role) const;
    bool has(const QString& name, QAccessible::Role role = QAccessible::Button) const;
    /// Presses what has this name through the accessibility tree, as a screen reader does.
    bool press(const QString& name);
    void key(int key, Qt::KeyboardModifiers modifiers = Qt::NoModifier);
    void keyDown(int key);
    void keyUp(int key);
    void type(const QString& words);
    std::vector<QQuickItem*> items(const char* className) const;
    /// Name of what has the keyboard focus, as spoken.
    QString focusName() const;

    ManualClock clock;
    ui::OfflineClient client{clock};
    ui::Preferences preferences{QString()};
    ui::ColorScheme system;
    std::unique_ptr<ui::AppModel> app;
    std::unique_ptr<desktop::MainWindow> main;
    QQuickWindow* window = nullptr;
};

/// Somewhere on the page stands, or is spoken, a text that contains these words.
bool said(const RoomWindow& w, const QString& words);
/// What was posted to this path of the house, in order.
std::vector<std::string> bodies(const RoomWindow& w, const std::string& path);
/// The newest of them; empty when nothing was posted.
std::string lastBody(const RoomWindow& w, const std::string& path);
/// A text field by its spoken name; nullptr when it is not shown.
QQuickItem* field(const RoomWindow& w, const QString& label);
/// A list by how its spoken name begins; nullptr when it is not shown.
QQuickItem* listNamed(const RoomWindow& w, const QString& start);
/// A room of 5,000 listeners p0 to p4999: p4000 is oneself, p4900 has a hand up. What `alsoSo` says of one, by number, holds too.
room::RoomState thousands(const std::function<void(room::Participant&, int)>& alsoSo = {});
/// Chooses in a combo box as a person would: by its number.
void choose(const RoomWindow& w, const QString& label, int index);

/// How many windows pages wrote warnings for; every test wants none.
int warnings();

}  // namespace parlour::tests
