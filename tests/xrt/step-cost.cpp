/* step-cost.cpp - what the plug-in adds to a decode step: XRT's calls through it, and the same calls without it
 *
 *   step-cost PLUGIN CONTAINER
 *
 * A step writes a few pieces of instructions and control objects, runs a list of three streams over five buffers, and reads an answer. On the stand-in that ends commands at once
 * (fault "instant") what remains is the host's: prints the median of both, in microseconds. For people; no test depends on a time.
 *
 * SPDX-License-Identifier: MIT
 */
#include "../../engine/device/xrt/xrt-plugin.h"

#include <xrt/experimental/xrt_kernel.h>
#include <xrt/experimental/xrt_xclbin.h>
#include <xrt/xrt_bo.h>
#include <xrt/xrt_device.h>
#include <xrt/xrt_hw_context.h>
#include <xrt/xrt_kernel.h>

#include <algorithm>
#include <chrono>
#include <dlfcn.h>
#include <iostream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

constexpr size_t n_steps = 2000, n_buffers = 5, buffer_bytes = 1 << 20, n_words = 5000, n_pieces = 8, piece_bytes = 4608;
constexpr unsigned patience = 5000;
constexpr const char *programs[] = { "words", "layers" };
constexpr unsigned step[] = { 0, 1, 0 }; /* the program of each stream */

template <typename Step>
double
measure (Step step)
{
  std::vector<double> times;

  for (size_t i = 0; i < n_steps; i++)
    {
      const auto start = std::chrono::steady_clock::now ();

      step ();
      times.push_back (std::chrono::duration<double, std::micro> (std::chrono::steady_clock::now () - start).count ());
    }
  std::nth_element (times.begin (), times.begin () + n_steps / 2, times.end ());
  return times[n_steps / 2];
}

void
check (ScribeXrtCode code, const ScribeXrtTrouble &trouble)
{
  if (code != SCRIBE_XRT_OK)
    throw std::runtime_error (trouble.message);
}

double
through_plugin (const std::string &path, const std::string &container)
{
  const auto get = reinterpret_cast<ScribeXrtPluginFunc> (dlsym (dlopen (path.c_str (), RTLD_NOW), SCRIBE_XRT_SYMBOL));
  const ScribeXrtPlugin *plugin = get ();
  ScribeXrtTrouble trouble{};
  ScribeXrtArray *array = nullptr;
  ScribeXrtBuffer *buffers[n_buffers];
  std::vector<ScribeXrtStream> streams;
  void *data;

  check (plugin->open (container.c_str (), programs, std::size (programs), &array, &trouble), trouble);
  for (const unsigned program : step)
    {
      streams.push_back ({ program, nullptr, n_words });
      check (plugin->buffer_new (array, SCRIBE_XRT_INSTRUCTIONS, buffer_bytes, &streams.back ().instructions, &data, &trouble),
             trouble);
    }
  for (auto &buffer : buffers)
    check (plugin->buffer_new (array, SCRIBE_XRT_DATA, buffer_bytes, &buffer, &data, &trouble), trouble);
  const double time = measure ([&] {
    for (size_t i = 0; i < n_pieces; i++)
      check (plugin->sync (streams[1].instructions, SCRIBE_XRT_TO_DEVICE, i * piece_bytes, piece_bytes, &trouble), trouble);
    check (plugin->sync (buffers[3], SCRIBE_XRT_TO_DEVICE, 0, piece_bytes, &trouble), trouble);
    check (plugin->run (array, streams.data (), streams.size (), buffers, n_buffers, patience, nullptr, &trouble), trouble);
    check (plugin->sync (buffers[1], SCRIBE_XRT_FROM_DEVICE, 0, piece_bytes, &trouble), trouble);
  });
  for (auto &buffer : buffers)
    plugin->buffer_free (buffer);
  for (const auto &stream : streams)
    plugin->buffer_free (stream.instructions);
  plugin->close (array);
  return time;
}

double
without (const std::string &container)
{
  xrt::device device (0u);
  xrt::xclbin xclbin (container);
  device.register_xclbin (xclbin);
  xrt::hw_context context (device, xclbin.get_uuid ());
  std::vector<xrt::bo> instructions, buffers;
  std::vector<xrt::run> runs;
  xrt::runlist list (context);

  for (const unsigned program : step)
    {
      xrt::kernel kernel (context, programs[program]);

      instructions.emplace_back (device, buffer_bytes, xrt::bo::flags::cacheable, kernel.group_id (1));
      for (size_t i = buffers.size (); i < n_buffers; i++)
        buffers.emplace_back (device, buffer_bytes, xrt::bo::flags::host_only, kernel.group_id (3));
      runs.emplace_back (kernel);
      runs.back ().set_arg (0, uint64_t{ 3 });
      runs.back ().set_arg (1, instructions.back ());
      runs.back ().set_arg (2, static_cast<uint32_t> (n_words));
      for (size_t i = 0; i < n_buffers; i++)
        runs.back ().set_arg (3 + static_cast<int> (i), buffers[i]);
      list.add (runs.back ());
    }
  return measure ([&] {
    for (size_t i = 0; i < n_pieces; i++)
      instructions[1].sync (XCL_BO_SYNC_BO_TO_DEVICE, piece_bytes, i * piece_bytes);
    buffers[3].sync (XCL_BO_SYNC_BO_TO_DEVICE, piece_bytes, 0);
    list.execute ();
    list.wait (std::chrono::milliseconds (patience));
    buffers[1].sync (XCL_BO_SYNC_BO_FROM_DEVICE, piece_bytes, 0);
  });
}

} // namespace

int
main (int argc, char **argv)
{
  if (argc != 3)
    {
      std::cerr << "Usage: step-cost PLUGIN CONTAINER\n";
      return 2;
    }
  const double bare = without (argv[2]), whole = through_plugin (argv[1], argv[2]);

  std::cerr << "XRT and driver " << bare << " us, with the plug-in " << whole << " us\n";
  return 0;
}
