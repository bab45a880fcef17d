// Executes any plan by the scalar definitions, in an arena of exactly the planned bytes. Every
// access is checked: inside its tensor and its tier, in the declared window, and not overwritten.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <map>
#include <set>
#include <support/model.hpp>
#include <utility>
#include <vector>
#include <xenos/plan/plan.hpp>
#include <xenos/plan/rounds.hpp>
#include <xenos/plan/schedule.hpp>
#include <xenos/plan/split.hpp>

namespace xenos_test {

/// An access that a plan makes impossible or wrong.
struct violation {
  const char* what;
  int unit;
  int row;
};

/// From when to when a word of a tensor holds a value that is still read.
struct life {
  int written;
  int read;
};

/// f32 only. Run it once.
template <int N>
class interpreter {
 public:
  interpreter(const model& m, const xenos::plan<N>& p, bool keep_lives = false)
      : m_(m), p_(p), keep_lives_(keep_lives) {
    for (int k = 0; k < 2; ++k) {
      const xenos::bytes_t bytes = k == 0 ? p.scratchpad_bytes : p.memory_bytes;
      tiers_[k].bytes.resize(static_cast<std::size_t>(bytes));
      tiers_[k].owner.resize(static_cast<std::size_t>(bytes) / word + 1);
    }
    for (int i = 0; i < p.unit_count; ++i) {
      for (int k = 0; k < p.units[i].edge_count; ++k) {
        const int rows = p.units[p.units[i].edges[k].from].out.height;
        touched_[i][k].resize(static_cast<std::size_t>(rows));
      }
    }
  }

  /// The model's outputs, by port. Throws a `violation`.
  std::vector<tensor_values> run(const std::vector<tensor_values>& inputs) {
    inputs_ = &inputs;
    outputs_.resize(static_cast<std::size_t>(m_.outputs));
    for (int i = 0; i < p_.unit_count; ++i) {
      const xenos::unit& u = p_.units[i];
      if (u.output_port < 0) continue;
      outputs_.at(static_cast<std::size_t>(u.output_port))
          .resize(static_cast<std::size_t>(u.out.elements()));
    }
    for (int k = 0; k < p_.segment_count; ++k) {
      for (int core = 0; core < p_.segments[k].split.count(); ++core) run_core(k, core);
    }
    return outputs_;
  }

  /// Bytes read from and written to memory and caller's buffers, each row of a tensor counted once
  /// a reader, as the definitions touched them.
  [[nodiscard]] xenos::bytes_t moved_bytes() const {
    xenos::bytes_t sum = written_;
    for (int i = 0; i < p_.unit_count; ++i) {
      for (int k = 0; k < p_.units[i].edge_count; ++k) {
        const xenos::unit& from = p_.units[p_.units[i].edges[k].from];
        if (from.where == xenos::placement::ring) continue;
        for (const bool row : touched_[i][k]) sum += row ? from.out.row() * word : 0;
      }
    }
    return sum;
  }

  /// Whether each row of unit `index` was read by each core of its segment that computed it.
  [[nodiscard]] bool all_rows_read(int index) const { return !unread_[index]; }

  /// The values that word `at` of unit `index` held; of unit N: of the scratchpad before the
  /// states; of unit state_of(i): of the state of unit i.
  [[nodiscard]] std::vector<life> lives(int index, xenos::bytes_t at) const {
    const auto found = lives_.find({index, at});
    return found == lives_.end() ? std::vector<life>{} : found->second;
  }

  static constexpr int word = sizeof(float);
  static constexpr int state_of(int unit) { return N + 1 + unit; }

 private:
  static constexpr std::uint32_t zero_owner = 1;
  static constexpr std::uint32_t temporary_owner = 2;
  static constexpr int state_row = 0xffff;  // stands for a unit's state among its rows

  struct tier {
    std::vector<std::byte> bytes;
    std::vector<std::uint32_t> owner;  // by word: whose value it holds
  };

  /// Reads for output row `y` of record `id` (follower `follower` of unit `index`).
  struct unit_source : element_source {
    interpreter* machine;
    int index;
    int follower;
    int y;
    const row_values* chain;
    [[nodiscard]] float read(int input, int row, int x, int c) const override {
      return machine->read_operand(*this, input, row, x, c);
    }
  };

  static std::uint32_t owner_of(int unit, int row) {
    return (static_cast<std::uint32_t>(unit + 1) << 16) + static_cast<std::uint32_t>(row);
  }

  /// The share of one core, in a scratchpad in which nothing is left of others.
  void run_core(int index, int core) {
    const xenos::segment& s = p_.segments[index];
    const xenos::ways part = s.split.part(core);
    const xenos::range mine = xenos::channels_of_part(p_, s, part.channels);
    if (mine.empty()) return;
    const bool alone = p_.cores == 1;  // then a segment's first round comes with the last before it
    if (!alone || index == 0) bring(s, 0);
    piece_ = {};
    for (round_ = 0; round_ < s.rounds; ++round_) {
      if (round_ + 1 < s.rounds) {
        bring(s, round_ + 1);
      } else if (alone && index + 1 < p_.segment_count) {
        bring(p_.segments[index + 1], 0);
      }
      const bool some = s.split.channels * s.rounds > 1;
      channels_ = some ? xenos::channels_of_round(s, mine, round_) : xenos::range{0, 1 << 24};
      if (channels_.empty()) continue;
      const xenos::range rows =
          xenos::share(p_.units[s.last].steps, s.split.rows, part.rows);  // of the last unit
      rows_ = s.pieces > 1 ? xenos::rows_of_round(s, rows, round_) : rows;
      take_piece(s);
      for (int strip = 0; strip < s.strips; ++strip) {
        run_strip(s, part.rows, part.columns * s.strips + strip);
      }
    }
  }

  /// Rows `rows` of columns `columns`, by part.
  void run_strip(const xenos::segment& s, int rows, int columns) {
    xenos::columns_of_part(p_, s, columns, columns_);
    if (columns_[s.last].empty()) return;
    for (xenos::bytes_t at = 0; at < p_.area_bytes; at += word) {
      const bool sum = at >= s.before_sums() && at < s.before_rings();
      if (sum && piece_.first > 0) continue;
      tiers_[0].owner[static_cast<std::size_t>(at / word)] = 0;
    }
    ++clock_;
    fill(0, s.zero_row, std::byte{0}, zero_owner);
    xenos::schedule_cursor<N> cursor(p_, s, rows);
    xenos::step now;
    while (cursor.next(p_, s, now)) {
      if (now.unit != s.last || (now.first >= rows_.first && now.end <= rows_.end)) {
        run_step(s, now);
      }
    }
    for (int i = s.first; i <= s.last; ++i) {
      for (int row = computed_[i].first; row < computed_[i].end; ++row) {
        unread_[i] = unread_[i] || !read_[i].contains(row);
      }
      read_[i].clear();
      computed_[i] = {};
    }
  }

  /// The terms that the present round adds to sums must follow those added before.
  void take_piece(const xenos::segment& s) {
    if (s.pieces == 1) return;
    const int before = finishes(p_.units[s.last]) ? 0 : piece_.end;
    piece_ = xenos::terms_of_round(s, p_.units[s.last], round_);
    if (piece_.empty() || piece_.first != before) {
      throw violation{"terms of a sum left out or out of order", s.last, -1};
    }
  }
  [[nodiscard]] bool finishes(const xenos::unit& u) const { return piece_.end == u.terms; }

  /// The sums of row `y` in the present round, which some piece has begun: they must be as it left
  /// them, and are left in the same way unless this is the last.
  void add_piece(const xenos::segment& s, int index, int y) {
    const xenos::unit& u = p_.units[index];
    const row_part part = part_of(index);
    const xenos::bytes_t pixel = xenos::detail::pixel_sum_bytes(u, part.channels.size());
    const xenos::bytes_t row = pixel * part.columns.size();
    const xenos::bytes_t begin = s.before_sums() + (y - rows_.first) * row;
    if (y < rows_.first || begin + row > s.before_rings()) {
      throw violation{"unfinished sums have no place", index, y};
    }
    const std::uint32_t owner =
        0x40000000U + static_cast<std::uint32_t>(round_ / s.pieces * 1024 + y);
    if (piece_.first > 0) check(begin, begin + row, owner);
    if (!finishes(u)) fill(begin, begin + row, std::byte{0x5a}, owner);
  }

  /// The parameters of a round arrive in their buffer.
  void bring(const xenos::segment& s, int round) {
    if (p_.rounds == 0) return;
    ++clock_;
    for (int i = s.first; i <= s.last; ++i) {
      const auto [begin, end] = parameters_of(s, i, round);
      fill(begin, end, std::byte{0x77}, round_owner(s, round), N, s.round_in_memory ? 1 : 0);
    }
  }
  /// Where the parameters of unit `index` lie in the present round.
  std::pair<xenos::bytes_t, xenos::bytes_t> parameters_of(const xenos::segment& s, int index,
                                                          int round) const {
    const xenos::unit& u = p_.units[index];
    const bool some = s.split.channels * s.rounds > 1;
    int most = 0;
    for (int part = 0; some && part < s.split.channels; ++part) {
      const xenos::range mine = xenos::channels_of_part(p_, s, part);
      most = std::max(most, xenos::channels_of_round(s, mine, round).size());
    }
    const xenos::bytes_t buffer =
        s.round_in_memory ? s.round_offset : p_.buffer_offset(s.first_round + round);
    const xenos::bytes_t begin = buffer + u.parameter_offset;
    const int channels = some ? most : u.out.channels;
    const int terms = s.pieces > 1 ? xenos::terms_of_round(s, u, round).size() : 0;
    const xenos::bytes_t bytes =
        xenos::detail::head_round_bytes(u, channels, terms) + u.whole_bytes;
    return {begin, begin + bytes};
  }
  static std::uint32_t round_owner(const xenos::segment& s, int round) {
    return 0x80000000U + static_cast<std::uint32_t>(s.first_round + round);
  }

  /// What the present core computes of a row of unit `index`.
  [[nodiscard]] row_part part_of(int index) const {
    const int channels = p_.units[index].out.channels;
    return {columns_[index], {channels_.first, std::min(channels_.end, channels)}};
  }

  /// Takes bytes [begin, end) of a tier; of unit `whose`, see `lives`.
  void fill(xenos::bytes_t begin, xenos::bytes_t end, std::byte value, std::uint32_t owner,
            int whose = N, int where = 0) {
    const auto size = static_cast<xenos::bytes_t>(tiers_[where].bytes.size());
    if (begin < 0 || end > size) throw violation{"beyond its tier", -1, -1};
    for (xenos::bytes_t at = begin; at < end; ++at) {
      tiers_[where].bytes[static_cast<std::size_t>(at)] = value;
      tiers_[where].owner[static_cast<std::size_t>(at / word)] = owner;
      if (at % word == 0) note_written(whose, (at - (whose == N ? 0 : begin)) / word);
    }
  }

  /// Bytes [begin, end) of a tier must not have been taken since.
  void check(xenos::bytes_t begin, xenos::bytes_t end, std::uint32_t owner, int whose = N,
             int where = 0) {
    for (xenos::bytes_t at = begin / word; at * word < end; ++at) {
      if (tiers_[where].owner[static_cast<std::size_t>(at)] != owner) {
        throw violation{"row of zeros, temporaries or state lost", -1, -1};
      }
      note_read(whose, at - (whose == N ? 0 : begin / word));
    }
  }

  void note_written(int index, xenos::bytes_t at) {
    if (keep_lives_) lives_[{index, at}].push_back({clock_, clock_});
  }
  void note_read(int index, xenos::bytes_t at) {
    if (keep_lives_) lives_[{index, at}].back().read = clock_;
  }

  /// The place of element `e` (may lie in a halo) of a row that is not the caller's.
  std::pair<tier*, std::size_t> locate(int index, int row, int e) {
    const xenos::unit& u = p_.units[index];
    if (u.rows < 1 || row < 0) throw violation{"no such row", index, row};
    const bool ring = u.where == xenos::placement::ring;
    const int skipped = ring ? columns_[index].first : 0;
    const xenos::bytes_t within =
        xenos::bytes_t{row % u.rows} * u.row_stride +
        xenos::bytes_t{(u.halo_left - skipped) * u.out.channels + e} * word;
    if (within % u.row_stride != within - xenos::bytes_t{row % u.rows} * u.row_stride) {
      throw violation{"beyond its row", index, row};
    }
    tier& t = tiers_[ring ? 0 : 1];
    const xenos::bytes_t at = u.offset + within;
    if (within < 0 || within + word > u.bytes) throw violation{"beyond its tensor", index, row};
    if (at < 0 || at + word > static_cast<xenos::bytes_t>(t.bytes.size()) || at % word != 0) {
      throw violation{"beyond the arena", index, row};
    }
    return {&t, static_cast<std::size_t>(at)};
  }

  float load(int index, int row, int e) {
    const xenos::unit& u = p_.units[index];
    if (u.where == xenos::placement::caller) {
      const auto& buffer = u.in_place ? inputs_->at(static_cast<std::size_t>(u.input_port))
                                      : outputs_.at(static_cast<std::size_t>(u.output_port));
      const auto at = static_cast<std::size_t>(row * u.out.row() + e);
      if (e < 0 || e >= u.out.row() || at >= buffer.size()) {
        throw violation{"beyond the caller's buffer", index, row};
      }
      return buffer[at];
    }
    const auto [t, at] = locate(index, row, e);
    if (t->owner[at / word] != owner_of(index, row)) throw violation{"row lost", index, row};
    note_read(index, (static_cast<xenos::bytes_t>(at) - u.offset) / word);
    float value;
    std::memcpy(&value, &t->bytes[at], word);
    return value;
  }

  void store(int index, int row, int e, float value) {
    const xenos::unit& u = p_.units[index];
    if (u.where == xenos::placement::caller) {
      if (u.output_port < 0) throw violation{"no buffer of the caller's", index, row};
      outputs_.at(static_cast<std::size_t>(u.output_port))
          .at(static_cast<std::size_t>(row * u.out.row() + e)) = value;
      return;
    }
    const auto [t, at] = locate(index, row, e);
    t->owner[at / word] = owner_of(index, row);
    note_written(index, (static_cast<xenos::bytes_t>(at) - u.offset) / word);
    std::memcpy(&t->bytes[at], &value, word);
  }

  /// A row with its halo of zeros.
  void store_row(int index, int row, const row_values& values) {
    ++clock_;
    const xenos::unit& u = p_.units[index];
    const row_part part = part_of(index);
    const bool first = u.where == xenos::placement::ring || channels_.first == 0;
    const int left = part.columns.first == 0 && first ? u.halo_left : 0;
    const int right = part.columns.end == u.out.width && first ? u.halo_right : 0;
    for (int e = -left * u.out.channels; e < 0; ++e) store(index, row, e, 0.0F);
    for (int e = u.out.row(); e < u.out.row() + right * u.out.channels; ++e) {
      store(index, row, e, 0.0F);
    }
    for (int x = part.columns.first; x < part.columns.end; ++x) {
      for (int c = part.channels.first; c < part.channels.end; ++c) {
        const int e = x * u.out.channels + c;
        store(index, row, e, values[static_cast<std::size_t>(e)]);
        if (u.where != xenos::placement::ring) written_ += word;
      }
    }
  }

  float read_operand(const unit_source& source, int input, int row, int x, int c) {
    const xenos::unit& u = p_.units[source.index];
    int operand = input;
    if (source.follower >= 0) {
      const int chain = u.chain_operand[source.follower];
      if (input == chain) {
        return source.chain->at(static_cast<std::size_t>(x * u.out.channels + c));
      }
      operand -= input > chain;
    }
    int k = 0;
    while (u.edges[k].follower != source.follower) ++k;
    const xenos::edge& e = u.edges[k + operand];
    const int first = e.reads.rows.first(source.y);
    const int reach = u.accumulates && source.follower < 0 ? 1 : e.reads.rows.reach;
    if (row < first || row >= first + reach)
      throw violation{"a row that the window does not hold", source.index, row};
    touched_[source.index][k + operand][static_cast<std::size_t>(row)] = true;
    read_[e.from].insert(row);
    return load(e.from, row, x * p_.units[e.from].out.channels + c);
  }

  /// What kernels read beside the elements: halo columns, and the row of zeros.
  void check_padding(const xenos::segment& s, int index, int y) {
    const xenos::unit& u = p_.units[index];
    for (int k = 0; k < u.edge_count; ++k) {
      const xenos::access& reads = u.edges[k].reads;
      const xenos::unit& from = p_.units[u.edges[k].from];
      const int first = u.accumulates ? y : reads.rows.first(y);
      for (int row = first; row < first + (u.accumulates ? 1 : reads.rows.reach); ++row) {
        if (row < 0 || row >= from.out.height) {
          if (reads.zeros) check_zero_row(s, index, u.edges[k]);
          continue;
        }
        const auto [left, right] = padding_read(s, index, k);
        for (int e = 1; e <= left * from.out.channels; ++e) {
          if (load(u.edges[k].from, row, -e) != 0) throw violation{"halo", index, row};
        }
        for (int e = 0; e < right * from.out.channels; ++e) {
          if (load(u.edges[k].from, row, from.out.row() + e) != 0) {
            throw violation{"halo", index, row};
          }
        }
      }
    }
  }

  /// Columns before and after the image that the present core's columns read through edge `k`.
  std::pair<int, int> padding_read(const xenos::segment& s, int index, int k) const {
    const xenos::edge& e = p_.units[index].edges[k];
    if (s.column_parts() == 1) return {e.reads.left, e.reads.right};
    const xenos::window& w = e.reads.columns;
    const int width = p_.units[e.from].out.width;
    const xenos::range mine = columns_[index];
    return {std::clamp(-w.first(mine.first), 0, e.reads.left),
            std::clamp(w.end(mine.end) - width, 0, e.reads.right)};
  }

  void check_zero_row(const xenos::segment& s, int index, const xenos::edge& e) {
    const xenos::unit& from = p_.units[e.from];
    const int columns = xenos::columns_read(p_, s, e, columns_[index]).size();
    const int bytes = (from.halo_left + columns + from.halo_right) * from.out.channels * word;
    if (bytes > s.zero_row) throw violation{"row of zeros too short", index, -1};
    check(0, bytes, zero_owner);
  }

  void run_step(const xenos::segment& s, const xenos::step& now) {
    const xenos::unit& u = p_.units[now.unit];
    if (u.in_place) return;
    const xenos::bytes_t temporaries = s.zero_row + u.temporary_bytes;
    ++clock_;
    fill(s.zero_row, temporaries, std::byte{0xa5}, temporary_owner);
    if (u.sequential && now.first > 0) check_state(now.unit);
    for (int y = now.first; y < now.end; ++y) {
      ++clock_;
      if (m_.records[u.head].kind != xenos::role::input) check_padding(s, now.unit, y);
      if (s.pieces > 1) add_piece(s, now.unit, y);
      if (u.accumulates) {
        accumulate_row(now.unit, y);
      } else if (s.pieces > 1 && !finishes(u)) {
        head_row(now.unit, y);
      } else {
        finish_row(now.unit, y, head_row(now.unit, y));
      }
    }
    ++clock_;
    check(s.zero_row, temporaries, temporary_owner);
    if (u.sequential) write_state(now.unit);
    if (p_.rounds > 0) {  // read until the last state is written
      const auto [begin, end] = parameters_of(s, now.unit, round_);
      check(begin, end, round_owner(s, round_), N, s.round_in_memory ? 1 : 0);
    }
    computed_[now.unit].include(u.accumulates ? xenos::range{0, 1}
                                              : xenos::range{now.first, now.end});
  }

  /// The numbers themselves are in `states_`; its bytes must be where they were left.
  void check_state(int index) {
    const xenos::unit& u = p_.units[index];
    if (u.state_bytes == 0) return;
    check(u.state_offset, u.state_offset + u.state_bytes, owner_of(index, state_row),
          state_of(index));
  }
  void write_state(int index) {
    const xenos::unit& u = p_.units[index];
    if (u.state_bytes == 0) return;
    fill(u.state_offset, u.state_offset + u.state_bytes, std::byte{0xa5},
         owner_of(index, state_row), state_of(index));
  }

  row_values head_row(int index, int y) {
    const xenos::unit& u = p_.units[index];
    if (m_.records[u.head].kind != xenos::role::input) {
      if (u.sequential && y != next_[index]++) throw violation{"out of order", index, y};
      return define_row(m_, u.head, source(index, -1, y, nullptr), y, part_of(index),
                        states_[index]);
    }
    const int elements = m_.records[u.head].out.row();
    const auto& buffer = inputs_->at(static_cast<std::size_t>(u.input_port));
    if (copied_.insert({index, y}).second) written_ += elements * word;  // read, really
    return {buffer.begin() + y * elements, buffer.begin() + (y + 1) * elements};
  }

  /// The followers in order, then the tensor's row.
  void finish_row(int index, int y, row_values row) {
    const xenos::unit& u = p_.units[index];
    for (int f = 0; f < u.follower_count; ++f) {
      std::vector<double> none;
      row = define_row(m_, u.followers[f], source(index, f, y, &row), y, part_of(index), none);
    }
    store_row(index, y, row);
  }

  /// Input row `y` of a unit that accumulates. The sums stay in the reference type; the tensor's
  /// row holds a copy, so that its place must be free from the first row on.
  void accumulate_row(int index, int y) {
    const xenos::unit& u = p_.units[index];
    const xenos::shape out = m_.records[u.head].out;
    const xenos::shapes extents = m_.extents(u.head);
    const bool last = y + 1 == u.steps;
    row_values row(static_cast<std::size_t>(out.row()));
    std::vector<double>& sums = sums_[index];
    const unit_source from = source(index, -1, y, nullptr);
    const auto accumulate = [&](const auto& op) {
      using type = std::remove_cvref_t<decltype(op)>;
      if constexpr (xenos::operation<type> && xenos::accumulating_operation<type>) {
        if (y == 0) sums.assign(row.size(), op.template start<double>());
        const row_part part = part_of(index);
        for (std::size_t e = 0; e < row.size(); ++e) {
          const int x = static_cast<int>(e) / out.channels;
          const int c = static_cast<int>(e) % out.channels;
          if (x < part.columns.first || x >= part.columns.end || c < part.channels.first ||
              c >= part.channels.end) {
            continue;
          }
          if (y > 0) load(index, 0, static_cast<int>(e));
          sums[e] = op.accumulate(sums[e], operands{from, extents}, random_weights{}, y, x, c);
          row[e] = static_cast<float>(last ? op.finish(sums[e], extents, 0, x) : sums[e]);
        }
      } else {
        throw violation{"does not accumulate", index, y};
      }
    };
    std::visit(accumulate, m_.operations[static_cast<std::size_t>(u.head)]);
    if (last) return finish_row(index, 0, row);
    const xenos::bytes_t written = written_;
    store_row(index, 0, row);
    written_ = written;
  }

  unit_source source(int index, int follower, int y, const row_values* chain) {
    unit_source s;
    s.machine = this;
    s.index = index;
    s.follower = follower;
    s.y = y;
    s.chain = chain;
    return s;
  }

  const model& m_;
  const xenos::plan<N>& p_;
  tier tiers_[2];  // scratchpad, memory
  const std::vector<tensor_values>* inputs_ = nullptr;
  std::vector<tensor_values> outputs_;
  std::vector<double> sums_[N];
  std::vector<double> states_[N];  // by unit: what it carries
  int next_[N] = {};               // by unit that is sequential: its next row
  std::vector<bool> touched_[N][xenos::max_streams];
  xenos::bytes_t written_ = 0;
  xenos::range computed_[N] = {};  // rows, by unit, by the present core
  std::set<int> read_[N];          // rows, by unit, by the present core
  bool unread_[N] = {};            // by unit: a core computed a row that it did not read
  xenos::range columns_[N] = {};   // of the present core, by unit
  xenos::range channels_{};        // of the present core in the present round
  int round_ = 0;
  xenos::range rows_{};                   // of the last unit that are computed in the present round
  xenos::range piece_{};                  // of the terms of its sums, that are added in it
  std::set<std::pair<int, int>> copied_;  // unit and row of inputs
  bool keep_lives_;
  int clock_ = 0;
  std::map<std::pair<int, xenos::bytes_t>, std::vector<life>> lives_;
};

}  // namespace xenos_test
