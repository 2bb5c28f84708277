/* replay.cpp - a recorded run, through XRT: the same streams, the same buffers, and the same bytes must come out
 *
 *   replay CONTAINER RECORDING [TIMES [once | list]]
 *
 * Nothing of Tilescribe is in here, only XRT's public interface, so what fails here fails in XRT, the driver, or the stand-in for the kernel. TIMES times all its
 * streams, each by the kernel of its program, started alone, or all in one list. Prints "same", or what differs, or what XRT says.
 *
 * SPDX-License-Identifier: MIT
 */
#include <xrt/experimental/xrt_kernel.h>
#include <xrt/experimental/xrt_xclbin.h>
#include <xrt/xrt_bo.h>
#include <xrt/xrt_device.h>
#include <xrt/xrt_hw_context.h>
#include <xrt/xrt_kernel.h>

#include <chrono>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

constexpr auto patience = std::chrono::milliseconds (20000);

struct Recorded
{
  std::vector<char> before, after;
};

struct Stream
{
  std::string program;
  std::vector<char> words;
};

struct Recording
{
  std::vector<Stream> streams;
  std::vector<Recorded> buffers;
};

std::vector<char>
get (std::ifstream &file, size_t size)
{
  std::vector<char> data (size);

  if (!file.read (data.data (), static_cast<std::streamsize> (size)))
    throw std::runtime_error ("The recording ends early");
  return data;
}

uint64_t
get_number (std::ifstream &file)
{
  uint64_t number;

  std::memcpy (&number, get (file, sizeof number).data (), sizeof number);
  return number;
}

Recording
read (const std::string &path)
{
  std::ifstream file (path, std::ios::binary);
  Recording recording;

  recording.streams.resize (get_number (file));
  for (auto &stream : recording.streams)
    {
      const auto program = get (file, get_number (file));

      stream.program.assign (program.begin (), program.end ());
      stream.words = get (file, get_number (file) * sizeof (uint32_t));
    }
  recording.buffers.resize (get_number (file));
  for (auto &buffer : recording.buffers)
    {
      const auto size = get_number (file);

      buffer.before = get (file, size);
      buffer.after = get (file, size);
    }
  return recording;
}

void
compare (const Recording &recording, std::vector<xrt::bo> &buffers)
{
  for (size_t i = 0; i < buffers.size (); i++)
    {
      const auto &after = recording.buffers[i].after;

      if (!buffers[i])
        continue;
      buffers[i].sync (XCL_BO_SYNC_BO_FROM_DEVICE);
      if (std::memcmp (buffers[i].map<char *> (), after.data (), after.size ()) != 0)
        throw std::runtime_error ("Buffer " + std::to_string (i) + " is not what the emulator left there");
    }
}

void
replay (const std::string &container, const Recording &recording, unsigned times, bool in_list)
{
  xrt::device device (0u);
  xrt::xclbin xclbin (container);
  device.register_xclbin (xclbin);
  xrt::hw_context context (device, xclbin.get_uuid (), xrt::hw_context::cfg_param_type{ { "priority", 0x180 } });
  std::vector<xrt::kernel> kernels;
  std::vector<xrt::bo> instructions, buffers;

  for (const auto &stream : recording.streams)
    {
      kernels.emplace_back (context, stream.program);
      instructions.emplace_back (device, stream.words.size (), XCL_BO_FLAGS_CACHEABLE, kernels.back ().group_id (1));
      std::memcpy (instructions.back ().map<char *> (), stream.words.data (), stream.words.size ());
      instructions.back ().sync (XCL_BO_SYNC_BO_TO_DEVICE);
    }
  for (size_t i = 0; i < recording.buffers.size (); i++)
    {
      const auto &before = recording.buffers[i].before;

      if (before.empty ())
        {
          buffers.emplace_back ();
          continue;
        }
      buffers.emplace_back (device, before.size (), XRT_BO_FLAGS_HOST_ONLY, kernels.front ().group_id (3 + static_cast<int> (i)));
      std::memcpy (buffers.back ().map<char *> (), before.data (), before.size ());
      buffers.back ().sync (XCL_BO_SYNC_BO_TO_DEVICE);
    }

  std::vector<xrt::run> runs;
  for (size_t n = 0; n < times * kernels.size (); n++)
    {
      const size_t s = n % kernels.size ();

      runs.emplace_back (kernels[s]);
      runs.back ().set_arg (0, uint64_t{ 3 });
      runs.back ().set_arg (1, instructions[s]);
      runs.back ().set_arg (2, static_cast<uint32_t> (recording.streams[s].words.size () / sizeof (uint32_t)));
      for (size_t i = 0; i < buffers.size (); i++)
        if (buffers[i])
          runs.back ().set_arg (3 + static_cast<int> (i), buffers[i]);
    }
  if (in_list)
    {
      xrt::runlist list (context);

      for (auto &run : runs)
        list.add (run);
      list.execute ();
      if (list.wait (patience) == std::cv_status::timeout)
        throw std::runtime_error ("The list did not end in time");
    }
  else
    for (auto &run : runs)
      {
        run.start ();
        if (run.wait2 (patience) == std::cv_status::timeout)
          throw std::runtime_error ("The run did not end in time");
      }
  compare (recording, buffers);
}

}

int
main (int argc, char **argv)
{
  try
    {
      if (argc < 3)
        throw std::runtime_error ("Usage: replay CONTAINER RECORDING [TIMES [once | list]]");
      replay (argv[1], read (argv[2]), argc > 3 ? static_cast<unsigned> (std::stoul (argv[3])) : 1,
              argc > 4 && std::string (argv[4]) == "list");
      std::cout << "same\n";
      return 0;
  } catch (const std::exception &error)
    {
      std::cout << error.what () << '\n';
      return 1;
  }
}
