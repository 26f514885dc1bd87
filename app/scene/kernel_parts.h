// The parts of the kernel zone: each is planned (how large, how dense) before anything is drawn,
// so that wires know where their ends are and everything fits. Private to the room.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "app/scene/layout_tree.h"
#include "app/scene/look.h"
#include "app/scene/zones.h"

namespace epollscope::scene {

// How closely things are drawn: the kernel zone takes the first that fits its height.
enum class Density : std::uint8_t { full, compact, tight };

struct KernelContext {
  const StageModel& model;
  const State& state;
  const EventpollState* ep = nullptr;         // the instance shown open
  std::vector<const EventpollState*> others;  // the rest, as small cards
  const MicroStep* instant = nullptr;         // inside a step: what happens right now
  std::string_view selected;                  // hit id
};
// Opens the selected instance, or that of the selected item, else the one that the newest call
// or a newly ready item is about, else the first.
KernelContext context_of(const StageModel& model, const State& state, std::string_view selected);

// Where the things are that the step at the cursor is about, the newest first.
std::vector<Rect> rects_of_step(const KernelContext& context, const Scene& contents);

// The item in a hit id of this kind; not valid: it is another kind.
EpitemId item_after(std::string_view id, std::string_view kind);

void draw_no_instance(Sketch& pen, Rect box);
// What draw_kernel needs to draw everything at its largest.
float roomy_kernel_height(const KernelContext& context, float width);

// ---- interest list

enum class NodeStyle : std::uint8_t { card, small, bar, chip, dot };
struct TreePlan {
  NodeStyle style = NodeStyle::card;
  bool folded = false;  // only the upper part is drawn, and a box for each subtree below it
  std::vector<TreeSpot> spots;
  TreeLayout layout;
  float node_w = 204, node_h = 50, pitch = 62;
  float fold_w = 46, fold_h = 46;
  float height = 0;
  std::vector<EpitemId> focus;   // named one by one where the nodes have no names
  std::vector<int> focus_ranks;  // their indexes
};
TreePlan plan_tree(const KernelContext& context, float width, Density density);
// The items of the instance that something happened to in the step at the cursor.
std::vector<EpitemId> items_of_step(const KernelContext& context);
// Those, and some of those whose two lamps differ.
std::vector<EpitemId> items_in_focus(const KernelContext& context);
// Where each spot of the plan is.
std::vector<Rect> spot_places(const TreePlan& plan, Rect where);
// Where each item's node is; of the items in focus, also the box that it is folded into.
std::map<EpitemId, Rect> tree_places(const EventpollState& ep, const TreePlan& plan, Rect where);
std::map<EpitemId, Rect> focus_places(const TreePlan& plan, Rect where);
void draw_tree(Sketch& pen, const EventpollState& ep, const TreePlan& plan, Rect where,
               const MicroStep* instant);
// Parts of the above.
void draw_tree_edges(Sketch& pen, const EventpollState& ep, const TreePlan& plan,
                     const std::vector<Rect>& places);
void draw_tree_nodes(Sketch& pen, const EventpollState& ep, const TreePlan& plan,
                     const std::vector<Rect>& places, Rect where, const MicroStep* instant);
// A subtree as one box: how many items, how many are ready, how many queued.
void draw_fold(Sketch& pen, const EventpollState& ep, const TreeSpot& spot, Rect at, bool in_focus);
// With a note below the legend where `line` has height.
void draw_tree_caption(Sketch& pen, const EventpollState& ep, const TreePlan& plan, Rect line);

// ---- ready list and sleepers

// Why an item left the list, as a text key; empty: nothing that takes it off.
std::string_view left_key(MicroStep::What what);
float ready_height(const KernelContext& context, Density density);
// What the rail needs to draw every card at its largest.
float roomy_rail_width(const Sketch& pen, const KernelContext& context);
struct ReadyPlaces {
  std::map<EpitemId, Rect> cards;
  Rect sleepers;
  Point head;  // the left end of the rail
};
void draw_sleepers(Sketch& pen, const KernelContext& context, Rect at);
// What would wake them, in words. REQUIRES: somebody sleeps.
void draw_wakers(Sketch& pen, const KernelContext& context, Rect where);
ReadyPlaces draw_ready(Sketch& pen, const KernelContext& context, Rect where, Density density);

// ---- files

enum class FileStyle : std::uint8_t { full, compact, mini, counts };
struct FilePlace {                  // an open file's column
  const FileState* file = nullptr;  // nullptr: this end is closed
  FileEnd end = FileEnd::whole;
  Rect hook, body, pills;
};
struct ObjectPlace {
  const ObjectState* object = nullptr;
  Rect body;
  std::vector<FilePlace> files;
  int row = 0;
};
struct FilesPlan {
  FileStyle style = FileStyle::full;
  std::vector<ObjectPlace> objects;  // relative to the top left corner of the files' area
  int left_out = 0;                  // objects that the fold stands for
  float labels = 0;                  // width of the rows' names left of the first object; 0: none
  float height = 0;
};
// Objects in the order of the items that watch them, so that wires need not cross; those that
// nobody watches follow in the order in which they were made.
std::vector<const ObjectState*> files_in_order(const KernelContext& context);
// Those objects, or as many as `room` has height for, where they have to be folded.
FilesPlan plan_files(const KernelContext& context, const std::vector<const ObjectState*>& objects,
                     float width, float room, Density density);
void draw_files(Sketch& pen, const KernelContext& context, const FilesPlan& plan, Rect where);
// The top middle of the hooks on an open file, in the coordinates of `where`.
std::optional<Point> hook_point(const FilesPlan& plan, FileId file, Rect where);
// Where a check of the file arrives: past its hooks, at the object.
std::optional<Point> check_point(const FilesPlan& plan, FileId file, Rect where);

// ---- other instances

float others_height(const KernelContext& context, float width);
std::map<FileId, Rect> place_others(const KernelContext& context, Rect where);
// `open` is the box of the instance that is shown open.
void draw_others(Sketch& pen, const KernelContext& context, const std::map<FileId, Rect>& places,
                 Rect open);

// ---- wires

struct WireEnds {
  std::map<EpitemId, Rect> nodes;
  ReadyPlaces ready;
  std::map<FileId, Rect> instances;  // small cards of other instances
};
void draw_hook_wires(Sketch& pen, const KernelContext& context, const FilesPlan& files,
                     Rect files_at, const WireEnds& ends, float floor_y, bool all);
// What happens at this instant, above everything else.
void draw_instant(Sketch& pen, const KernelContext& context, const WireEnds& ends);

}  // namespace epollscope::scene
