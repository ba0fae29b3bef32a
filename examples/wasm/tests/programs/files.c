// Files and folders, with the errors that programs check.
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *error_name(void) {
  switch (errno) {
  case ENOENT: return "ENOENT";
  case EEXIST: return "EEXIST";
  case ENOTDIR: return "ENOTDIR";
  case EISDIR: return "EISDIR";
  case ENOTEMPTY: return "ENOTEMPTY";
  case EBADF: return "EBADF";
  case EINVAL: return "EINVAL";
  case ELOOP: return "ELOOP";
  case ESPIPE: return "ESPIPE";
  default: return strerror(errno);
  }
}

static void report(const char *what, int result) {
  printf("%s: %s\n", what, result < 0 ? error_name() : "done");
}

static void write_text(const char *path, const char *mode, const char *text) {
  FILE *file = fopen(path, mode);
  if (!file) {
    printf("%s: %s\n", path, error_name());
    return;
  }
  fputs(text, file);
  fclose(file);
}

static void show(const char *path) {
  char line[256];
  FILE *file = fopen(path, "r");
  if (!file) {
    printf("%s: %s\n", path, error_name());
    return;
  }
  while (fgets(line, sizeof line, file)) printf("%s| %s", path, line);
  fclose(file);
}

static int by_name(const void *left, const void *right) {
  return strcmp(*(char *const *)left, *(char *const *)right);
}

static void list(const char *path) {
  char *names[256];
  size_t count = 0;
  DIR *dir = opendir(path);
  if (!dir) {
    printf("%s: %s\n", path, error_name());
    return;
  }
  for (struct dirent *entry; (entry = readdir(dir));) names[count++] = strdup(entry->d_name);
  closedir(dir);
  qsort(names, count, sizeof *names, by_name);
  printf("%s:", path);
  for (size_t at = 0; at < count; at++) {
    printf(" %s", names[at]);
    free(names[at]);
  }
  printf("\n");
}

static void status(const char *path) {
  struct stat of;
  if (lstat(path, &of)) {
    printf("%s: %s\n", path, error_name());
    return;
  }
  const char *kind = S_ISDIR(of.st_mode) ? "folder" : S_ISREG(of.st_mode) ? "file" : S_ISLNK(of.st_mode) ? "link" : "?";
  if (S_ISREG(of.st_mode)) printf("%s: %s of %lld bytes, %d names\n", path, kind, (long long)of.st_size, (int)of.st_nlink);
  else printf("%s: %s\n", path, kind);
}

static void positions(void) {
  FILE *file = fopen("numbers", "w+");
  for (int number = 0; number < 1000; number++) fprintf(file, "%05d\n", number);
  for (int number = 999; number > 0; number -= 111) {
    char line[16] = "";
    fseek(file, number * 6L, SEEK_SET);
    fgets(line, sizeof line, file);
    printf("%d at %ld\n", atoi(line), ftell(file));
  }
  fseek(file, -6, SEEK_END);
  fputs("end", file);
  rewind(file);
  fputs("start", file);
  fclose(file);
  int fd = open("numbers", O_RDWR);
  char bytes[8] = {0};
  printf("%zd %s\n", pread(fd, bytes, 6, 5994), bytes);
  printf("%zd\n", pwrite(fd, "middle", 6, 3000));
  printf("%lld\n", (long long)lseek(fd, 0, SEEK_CUR));
  printf("%zd %s\n", pread(fd, bytes, 6, 3000), bytes);
  report("truncate", ftruncate(fd, 10));
  printf("%lld\n", (long long)lseek(fd, 0, SEEK_END));
  report("sync", fsync(fd));
  report("seek", lseek(fd, -1, SEEK_SET) < 0 ? -1 : 0);
  report("close", close(fd));
  report("close", close(fd));
}

int main(void) {
  write_text("text", "w", "one\ntwo\n");
  write_text("text", "a", "three\n");
  show("text");
  show("missing");
  status("text");
  report("mkdir", mkdir("folder", 0777));
  report("mkdir", mkdir("folder", 0777));
  report("mkdir", mkdir("folder/inner", 0777));
  report("mkdir", mkdir("missing/inner", 0777));
  char name[64];
  for (int index = 0; index < 100; index++) {
    snprintf(name, sizeof name, "folder/a file with the number %d", index);
    write_text(name, "w", name);
  }
  list("folder");
  list("text");
  report("rmdir", rmdir("folder"));
  for (int index = 0; index < 100; index++) {
    snprintf(name, sizeof name, "folder/a file with the number %d", index);
    if (remove(name)) report(name, -1);
  }
  report("rmdir", rmdir("text"));
  report("rename", rename("text", "folder/renamed"));
  report("rename", rename("text", "folder/again"));
  report("link", link("folder/renamed", "second"));
  status("second");
  report("symlink", symlink("folder/renamed", "symbolic"));
  status("symbolic");
  show("symbolic");
  char target[64] = {0};
  printf("%zd %s\n", readlink("symbolic", target, sizeof target), target);
  report("open", open("symbolic", O_RDONLY | O_NOFOLLOW));
  report("open", open("folder", O_WRONLY));
  report("open", open("second", O_CREAT | O_EXCL | O_WRONLY, 0666));
  report("open", open("second", O_RDONLY | O_DIRECTORY));
  report("access", access("second", R_OK));
  report("access", access("missing", F_OK));
  report("unlink", unlink("second"));
  report("unlink", unlink("symbolic"));
  list("folder");
  list(".");
  status("folder/inner/..");
  positions();
  int fd = open("folder", O_RDONLY | O_DIRECTORY);
  int inner = openat(fd, "renamed", O_RDONLY);
  printf("%zd %s\n", read(inner, target, 3), target);
  report("unlinkat", unlinkat(fd, "renamed", 0));
  report("unlinkat", unlinkat(fd, "inner", AT_REMOVEDIR));
  close(fd);
  report("rmdir", rmdir("folder"));
  list(".");
  return 0;
}
