// The heap, sorting, searching, strings, and functions by address.
#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t state = 88172645463325252u;

static uint64_t next(void) {
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return state;
}

typedef struct Node {
  struct Node *left, *right;
  uint64_t key;
  char name[24];
} Node;

static Node *insert(Node *node, uint64_t key) {
  if (!node) {
    node = calloc(1, sizeof *node);
    node->key = key;
    snprintf(node->name, sizeof node->name, "node %u", (unsigned)(key % 1000));
  } else if (key < node->key) {
    node->left = insert(node->left, key);
  } else if (key > node->key) {
    node->right = insert(node->right, key);
  }
  return node;
}

static unsigned walk(const Node *node, unsigned depth, uint64_t *sum) {
  if (!node) return depth;
  *sum = *sum * 31 + node->key + (unsigned char)node->name[5];
  unsigned left = walk(node->left, depth + 1, sum), right = walk(node->right, depth + 1, sum);
  return left > right ? left : right;
}

static void release(Node *node) {
  if (!node) return;
  release(node->left);
  release(node->right);
  free(node);
}

static int ascending(const void *left, const void *right) {
  int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
  return (a > b) - (a < b);
}

static int descending(const void *left, const void *right) { return ascending(right, left); }

static int (*const orders[])(const void *, const void *) = {ascending, descending};

int main(void) {
  Node *tree = NULL;
  for (int count = 0; count < 5000; count++) tree = insert(tree, next());
  uint64_t sum = 0;
  unsigned depth = walk(tree, 0, &sum);
  printf("depth %u, sum %llx\n", depth, (unsigned long long)sum);
  release(tree);

  enum { COUNT = 5000 };
  int64_t *numbers = malloc(COUNT * sizeof *numbers);
  for (int order = 0; order < 2; order++) {
    for (int at = 0; at < COUNT; at++) numbers[at] = (int64_t)next() >> 20;
    qsort(numbers, COUNT, sizeof *numbers, orders[order]);
    int64_t *found = bsearch(&numbers[1234], numbers, COUNT, sizeof *numbers, orders[order]);
    printf("%lld %lld at %d\n", (long long)numbers[0], (long long)numbers[COUNT - 1], (int)(found - numbers));
  }
  free(numbers);

  // Grows beyond the memory at the start.
  char *text = NULL;
  size_t length = 0;
  for (int step = 0; step < 200; step++) {
    text = realloc(text, length + 20000);
    memset(text + length, 'a' + step % 26, 20000);
    length += 20000;
  }
  unsigned hash = 0;
  for (size_t at = 0; at < length; at += 97) hash = hash * 33 + (unsigned char)text[at];
  memmove(text + 1, text, length - 1);
  text[length - 1] = 0;
  printf("%zu bytes, hash %x, %zu, %d\n", length, hash, strlen(text), (int)(strchr(text, 'c') - text));
  free(text);
  printf("%d\n", malloc((size_t)-1 / 2) == NULL);

  char words[] = "The quick brown fox jumps over the lazy dog";
  for (char *word = strtok(words, " "); word; word = strtok(NULL, " ")) {
    for (char *letter = word; *letter; letter++) *letter = (char)toupper((unsigned char)*letter);
    printf("%s%c", word, strlen(word) > 4 ? '!' : ' ');
  }
  printf("\n%d %d %s\n", strcmp("a", "b") < 0, strncmp("abc", "abd", 2), strstr("needle in hay", "in"));
  return 0;
}
