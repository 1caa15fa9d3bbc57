// SPDX-License-Identifier: Apache-2.0
// Our SVG drawings in a colour: image://icons/NAME/RRGGBB[AA first as Qt writes it]. Only files inside the program.
// Thread: UI and Qt's image loader; keeps no state.
#pragma once

#include <QQuickImageProvider>

namespace parlour::ui {

class IconProvider final : public QQuickImageProvider {
  public:
    IconProvider() : QQuickImageProvider(QQuickImageProvider::Image) {}
    QImage requestImage(const QString& id, QSize* size, const QSize& requested) override;
};

}  // namespace parlour::ui
