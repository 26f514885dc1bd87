// The effects of the action table that are more than one call of the desk.
#pragma once

#include "app/ui/actions.h"

namespace epollscope::ui::effects {

void open_dialog(Desk& desk, const Target& target);
void open_path(Desk& desk, const Target& target);
void open_lesson(Desk& desk, const Target& target);
void open_left_over(Desk& desk, const Target& target);
void look_in(Desk& desk, const Target& target);
void save(Desk& desk, const Target& target);
void save_to(Desk& desk, const Target& target);
void copy_call(Desk& desk, const Target& target);
void copy_transcript(Desk& desk, const Target& target);
void save_picture(Desk& desk, const Target& target);
void builder(Desk& desk, const Target& target);
void choose(Desk& desk, const Target& target);
void run_line(Desk& desk, const Target& target);
void run_call(Desk& desk, const Target& target);
void edit(Desk& desk, const Target& target);
void insert_before(Desk& desk, const Target& target);
void insert_after(Desk& desk, const Target& target);
// Takes a choice of the question at the cursor; the picture says what it was worth.
void answer(Desk& desk, const Target& target);
// Looks at the moment after a statement; says how to run it when it has not run.
void go_to_statement(Desk& desk, const Target& target);
// Nearer to the middle of what shows of the kernel.
void zoom(Desk& desk, float factor);
void follow(Desk& desk, const Target& target);
// Shows what was measured; measures where there is nothing whole to show, or where it shows
// already.
void meter(Desk& desk, const Target& target);
void next_theme(Desk& desk, const Target& target);
void next_language(Desk& desk, const Target& target);
void next_motion(Desk& desk, const Target& target);
// Into lecture mode or out of it.
void lecture(Desk& desk, const Target& target);
void escape(Desk& desk, const Target& target);
// The statement a command is about: its target, or the one at the cursor.
int statement_of(const Desk& desk, const Target& target);

}  // namespace epollscope::ui::effects
